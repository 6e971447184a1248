// Small damage to bytes that are meant to be UTF-8.
#ifndef MODEL_TOKENIZER_REPAIR_DAMAGED_UTF8_H_
#define MODEL_TOKENIZER_REPAIR_DAMAGED_UTF8_H_

#include <string>
#include <string_view>

namespace clip::model::text {

// Puts 0xA0 back where a program took it for a no-break space and wrote a
// space: in sequences that are plausible with it. A lone 0xC3 before a space,
// most often "a grave" as a word of its own, keeps the space as well.
std::string RestoreNoBreakSpaces(std::string bytes);

// Replaces sequences of which a byte was lost (0x1A, in some places '?') by
// the UTF-8 form of U+FFFD, and lone 0x1A too.
std::string ReplaceLossySequences(std::string_view bytes);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_REPAIR_DAMAGED_UTF8_H_
