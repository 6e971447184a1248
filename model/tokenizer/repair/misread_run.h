#ifndef MODEL_TOKENIZER_REPAIR_MISREAD_RUN_H_
#define MODEL_TOKENIZER_REPAIR_MISREAD_RUN_H_

#include <cstddef>
#include <string_view>

namespace clip::model::text {

// How many characters from `position` on look like UTF-8 sequences that were
// read as a single-byte encoding, one sequence after the other. 0 where none
// starts, or where the character before looks like a later part of one.
size_t MisreadRunLength(std::u32string_view text, size_t position);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_REPAIR_MISREAD_RUN_H_
