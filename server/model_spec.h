#ifndef SERVER_MODEL_SPEC_H_
#define SERVER_MODEL_SPEC_H_

#include <string>

#include "absl/status/statusor.h"

namespace clip::server {

// One value of --model: a hub folder, or a file of weights, and the name it is
// served under. A plain value.
struct ModelSpec {
  std::string name;
  std::string directory;
};

// Reads a value of --model:
//   NAME=DIR  the folder DIR under the name NAME
//   DIR       an existing folder or file, or anything with a slash; its last
//             part is the name, without a file's extension
//   NAME      the built-in model of that name, a folder in `builtin_directory`
// A model that is not there is found out when it is loaded, except for a bare
// NAME, which is NOT_FOUND. An empty name or folder is INVALID_ARGUMENT.
absl::StatusOr<ModelSpec> ParseModelSpec(const std::string& value,
                                         const std::string& builtin_directory);

// Where the built-in models are: model/builtin beside the installed program
// (share/clip-serving) or, in a build folder, in the source tree.
std::string FindBuiltinDirectory();

}  // namespace clip::server

#endif  // SERVER_MODEL_SPEC_H_
