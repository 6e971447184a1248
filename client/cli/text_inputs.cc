#include "client/cli/text_inputs.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "client/cli/lines.h"

namespace clip::client {
namespace {

constexpr char kStandardInput[] = "-";

// Bytes of the sequence that `lead` starts, or 0 where it starts none.
size_t SequenceLength(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

// The second byte rules out overlong forms, surrogates and what lies above
// U+10FFFF (table 3-7 of the Unicode standard).
bool IsSecondByte(uint8_t lead, uint8_t second) {
  if (lead == 0xe0) return second >= 0xa0 && second <= 0xbf;
  if (lead == 0xed) return second >= 0x80 && second <= 0x9f;
  if (lead == 0xf0) return second >= 0x90 && second <= 0xbf;
  if (lead == 0xf4) return second >= 0x80 && second <= 0x8f;
  return (second & 0xc0) == 0x80;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<uint8_t>(text[i]);
    const size_t length = SequenceLength(lead);
    if (length == 0 || i + length > text.size()) return false;
    if (length > 1 && !IsSecondByte(lead, static_cast<uint8_t>(text[i + 1]))) {
      return false;
    }
    for (size_t k = 2; k < length; ++k) {
      if ((static_cast<uint8_t>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

bool TextInputs::UsesStandardInput() const {
  return texts_from == kStandardInput ||
         std::find(arguments.begin(), arguments.end(), kStandardInput) !=
             arguments.end();
}

absl::StatusOr<Inputs> TextInputs::Collect(std::istream& in) const {
  const auto stdin_uses =
      std::count(arguments.begin(), arguments.end(), kStandardInput) +
      (texts_from == kStandardInput ? 1 : 0);
  if (stdin_uses > 1) {
    return absl::InvalidArgumentError("standard input is named twice");
  }
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
