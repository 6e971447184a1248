#ifndef CLIENT_CLI_INPUTS_H_
#define CLIENT_CLI_INPUTS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace clip::client {

// The items of a run: all names at once, the contents one by one.
struct Inputs {
  // What the user calls them: paths, or the texts themselves.
  std::vector<std::string> names;
  // The content of item `index`: a picture's bytes or a text. Called once for
  // each index, in order.
  std::function<absl::StatusOr<std::string>(size_t index)> load;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_INPUTS_H_
