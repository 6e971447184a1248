#ifndef MODEL_TOKENIZER_REPAIR_BADNESS_H_
#define MODEL_TOKENIZER_REPAIR_BADNESS_H_

#include <string_view>

namespace clip::model::text {

// Whether the text has a combination of characters that is far likelier to
// come from a wrong decoding than from a writer: ftfy's heuristic, as one
// table (data/badness_rules.inc). Linear.
bool LooksBad(std::u32string_view text);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_REPAIR_BADNESS_H_
