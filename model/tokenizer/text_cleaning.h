#ifndef MODEL_TOKENIZER_TEXT_CLEANING_H_
#define MODEL_TOKENIZER_TEXT_CLEANING_H_

#include <string>

#include "absl/status/statusor.h"
#include "model/tokenizer/clean_mode.h"

namespace clip::model::text {

// What open_clip does to a text before it splits it into words: repairs it
// (repair/repair_text.h), unescapes HTML twice, trims, and then what the mode
// says. INVALID_ARGUMENT where the repair would take too much work.
absl::StatusOr<std::u32string> CleanText(std::u32string text, CleanMode mode);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_TEXT_CLEANING_H_
