#ifndef CLIENT_CLI_TEXT_INPUTS_H_
#define CLIENT_CLI_TEXT_INPUTS_H_

#include <istream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/inputs.h"

namespace clip::client {

// The texts that a command line names.
struct TextInputs {
  // Texts, or "-" for one text a line on standard input.
  std::vector<std::string> arguments;
  // A file with one text a line, or "-" for standard input. Empty = none.
  std::string texts_from;

  bool UsesStandardInput() const;

  // INVALID_ARGUMENT where nothing names a text, or standard input is named
  // twice.
  absl::Status Check() const;

  // The texts in the order of the command line; empty lines are left out.
  // Loading one that is not UTF-8 is INVALID_ARGUMENT. INVALID_ARGUMENT where
  // there is no text at all, NOT_FOUND where texts_from cannot be read.
  absl::StatusOr<Inputs> Collect(std::istream& in) const;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_TEXT_INPUTS_H_
