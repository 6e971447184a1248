#ifndef CLIENT_CLI_OUTPUT_FLAG_H_
#define CLIENT_CLI_OUTPUT_FLAG_H_

#include <string>
#include <vector>

#include "client/cli/cli_app_fwd.h"

namespace clip::client {

// Flag --output: how results are written.
struct OutputFlag {
  enum class Kind { kTable, kJson, kNpy };

  Kind kind = Kind::kTable;
  // kNpy only.
  std::string npy_file;

  // Adds the flag, stored in this object, which outlives the parsing.
  void AddTo(CLI::App& app, bool with_npy);
};

// Makes one argument of `--output npy FILE`, because an option that takes one
// or two values would swallow the input that follows `--output json`.
std::vector<std::string> JoinNpyFile(std::vector<std::string> arguments);

}  // namespace clip::client

#endif  // CLIENT_CLI_OUTPUT_FLAG_H_
