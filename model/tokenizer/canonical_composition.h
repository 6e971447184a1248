#ifndef MODEL_TOKENIZER_CANONICAL_COMPOSITION_H_
#define MODEL_TOKENIZER_CANONICAL_COMPOSITION_H_

#include <string>

#include "absl/status/statusor.h"

namespace clip::model::text {

// Unicode normalization form C by the rules of Unicode 14. Linear in ordinary
// text, O(n log n) in a run of n combining marks. INTERNAL where ICU itself
// fails (no memory, no data).
absl::StatusOr<std::u32string> ComposeCanonically(std::u32string text);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_CANONICAL_COMPOSITION_H_
