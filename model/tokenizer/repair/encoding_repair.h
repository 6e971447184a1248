#ifndef MODEL_TOKENIZER_REPAIR_ENCODING_REPAIR_H_
#define MODEL_TOKENIZER_REPAIR_ENCODING_REPAIR_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "model/tokenizer/repair/repair_budget.h"
#include "model/tokenizer/repair/single_byte_encodings.h"

namespace clip::model::text {

// Finds text that was UTF-8 once but was decoded as a single-byte encoding,
// perhaps several times over, and decodes it as it was meant; also parts of a
// text that suffered this.
//
// Parts are repaired by the same means, one call inside another. The depth is
// logarithmic: a part is taken only where it is shorter than its text, and
// between two levels a decoding shortens the text to a fraction.
class EncodingRepair {
 public:
  // The budget must outlive the repair.
  explicit EncodingRepair(RepairBudget* budget) : budget_(budget) {}

  // Repairs until nothing changes. INVALID_ARGUMENT without budget.
  absl::StatusOr<std::u32string> Repair(std::u32string text);

 private:
  // One step: the text unchanged where nothing is to be done.
  absl::StatusOr<std::u32string> Step(const std::u32string& text);
  // Repairs each run of mis-decoded UTF-8 in the text by itself.
  absl::StatusOr<std::u32string> RepairRuns(const std::u32string& text);

  RepairBudget* budget_;
};

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_REPAIR_ENCODING_REPAIR_H_
