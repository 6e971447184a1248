#ifndef MODEL_TOKENIZER_REPAIR_REPAIR_TEXT_H_
#define MODEL_TOKENIZER_REPAIR_REPAIR_TEXT_H_

#include <string>

#include "absl/status/statusor.h"

namespace clip::model::text {

// What ftfy 6.3.1's fix_text does with its default settings: mis-decoded text
// is decoded again, HTML entities of texts without '<' are replaced, ligatures
// and widths become usual letters, curly quotes straight ones, every line
// break a newline; terminal escapes and control characters go; the result is
// in form C. Each line is repaired until nothing changes.
//
// INVALID_ARGUMENT for texts made to need very many rounds, on which the
// reference takes quadratic time (repair_budget.h).
absl::StatusOr<std::u32string> RepairText(std::u32string text);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_REPAIR_REPAIR_TEXT_H_
