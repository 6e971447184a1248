#ifndef CLIENT_CLI_IMAGE_INPUTS_H_
#define CLIENT_CLI_IMAGE_INPUTS_H_

#include <istream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/cli_app_fwd.h"
#include "client/cli/inputs.h"

namespace clip::client {

// The pictures that a command line names.
struct ImageInputs {
  // Files, folders, or "-" for the bytes of one picture on standard input.
  std::vector<std::string> arguments;
  // A file with one path a line, or "-" for such lines on standard input; a
  // path is treated like an argument. Empty = none.
  std::string files_from;

  // Adds the positional arguments and --files-from, stored in this object,
  // which outlives the parsing.
  void AddTo(CLI::App& app);

  bool UsesStandardInput() const;

  // Finds the pictures and reads none of them. In the order of the command
  // line; a folder gives its pictures, found by extension (.jpg, .jpeg, .png,
  // .webp, .bmp) in all folders below it, hidden ones left out, sorted by path.
  // A file that is named is taken whatever its extension. What cannot be
  // searched is among the inputs and fails when it is loaded. `in` is borrowed
  // by the result. INVALID_ARGUMENT where there is no picture at all,
  // NOT_FOUND where files_from cannot be read.
  absl::StatusOr<Inputs> Collect(std::istream& in, size_t max_bytes) const;
};

// The pictures that one name stands for: those of a folder, sorted by path, or
// the name itself.
std::vector<std::string> PicturesOf(const std::string& name);

// The bytes of the picture at `path`; "-" stands for `in`. NOT_FOUND where it
// cannot be read, OUT_OF_RANGE where it has more than `max_bytes`.
absl::StatusOr<std::string> LoadPicture(const std::string& path,
                                        std::istream& in, size_t max_bytes);

}  // namespace clip::client

#endif  // CLIENT_CLI_IMAGE_INPUTS_H_
