#include "model/checkpoint/pickle_errors.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace clip::model {

absl::Status BrokenPickle(absl::string_view problem) {
  return absl::InvalidArgumentError(problem);
}

std::string QuotedPickleText(std::string_view text) {
  constexpr size_t kMaxShown = 80;
  return absl::StrCat(
      "'", absl::CHexEscape({text.data(), std::min(text.size(), kMaxShown)}),
      "'");
}

}  // namespace clip::model
