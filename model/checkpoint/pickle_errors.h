#ifndef MODEL_CHECKPOINT_PICKLE_ERRORS_H_
#define MODEL_CHECKPOINT_PICKLE_ERRORS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace clip::model {

// INVALID_ARGUMENT: what is wrong with a pickle.
absl::Status BrokenPickle(absl::string_view problem);

// The beginning of a hostile text for a message: escaped, cut, in quotes.
std::string QuotedPickleText(std::string_view text);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_PICKLE_ERRORS_H_
