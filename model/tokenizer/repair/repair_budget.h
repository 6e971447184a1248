#ifndef MODEL_TOKENIZER_REPAIR_REPAIR_BUDGET_H_
#define MODEL_TOKENIZER_REPAIR_REPAIR_BUDGET_H_

#include <cstddef>

#include "absl/status/status.h"

namespace clip::model::text {

// Bounds the work of repairing one text.
//
// A repair goes on until nothing changes, and a text can be made so that each
// round over the whole changes one place only ("&amp;amp;amp;..."): quadratic.
// Real text takes two to five rounds, so the budget is generous for it: any
// text of up to 2800 characters can take as many rounds as it has characters.
class RepairBudget {
 public:
  // For a text of `length` characters.
  explicit RepairBudget(size_t length)
      : left_(length * kRounds + kMinimumWork) {}

  // Counts one round over `characters`. INVALID_ARGUMENT when the budget is
  // used up.
  absl::Status Spend(size_t characters) {
    if (characters > left_) {
      return absl::InvalidArgumentError(
          "text needs too many rounds of repair (nested HTML entities or "
          "wrongly decoded text)");
    }
    left_ -= characters;
    return absl::OkStatus();
  }

 private:
  static constexpr size_t kRounds = 32;
  static constexpr size_t kMinimumWork = 8 << 20;

  size_t left_;
};

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_REPAIR_REPAIR_BUDGET_H_
