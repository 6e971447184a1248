#include "client/cli/text_inputs.h"

#include <algorithm>
#include <utility>

#include "client/cli/lines.h"
#include "client/utf8.h"

namespace clip::client {
namespace {

constexpr char kStandardInput[] = "-";

}  // namespace

bool TextInputs::UsesStandardInput() const {
  return texts_from == kStandardInput ||
         std::find(arguments.begin(), arguments.end(), kStandardInput) !=
             arguments.end();
}

absl::Status TextInputs::Check() const {
  if (arguments.empty() && texts_from.empty()) {
    return absl::InvalidArgumentError("no text given");
  }
  const auto stdin_uses =
      std::count(arguments.begin(), arguments.end(), kStandardInput) +
      (texts_from == kStandardInput ? 1 : 0);
  if (stdin_uses > 1) {
    return absl::InvalidArgumentError("standard input is named twice");
  }
  return absl::OkStatus();
}

absl::StatusOr<Inputs> TextInputs::Collect(std::istream& in) const {
  const absl::Status valid = Check();
  if (!valid.ok()) return valid;
  Inputs inputs;
  const auto append_lines = [&](const std::string& path) {
    absl::StatusOr<std::vector<std::string>> lines = ReadLines(path, in);
    if (!lines.ok()) return lines.status();
    std::move(lines->begin(), lines->end(), std::back_inserter(inputs.names));
    return absl::OkStatus();
  };
  for (const std::string& argument : arguments) {
    if (argument != kStandardInput) {
      inputs.names.push_back(argument);
      continue;
    }
    const absl::Status read = append_lines(argument);
    if (!read.ok()) return read;
  }
  if (!texts_from.empty()) {
    const absl::Status read = append_lines(texts_from);
    if (!read.ok()) return read;
  }
  if (inputs.names.empty()) return absl::InvalidArgumentError("no text given");
  inputs.load =
      [texts = inputs.names](size_t index) -> absl::StatusOr<std::string> {
    if (IsUtf8(texts[index])) return texts[index];
    return absl::InvalidArgumentError("the text is not UTF-8");
  };
  return inputs;
}

}  // namespace clip::client
