#include "model/tokenizer/utf8_text.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace clip::model::text {
namespace {

// Length by lead byte; 0 for bytes that start nothing.
size_t LengthOfLead(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

bool IsScalarOfLength(char32_t character, size_t length) {
  if (character >= 0xD800 && character <= 0xDFFF) return false;
  if (character > 0x10FFFF) return false;
  return length < 3 || character >= (length == 3 ? 0x800u : 0x10000u);
}

}  // namespace

size_t ReadUtf8Character(std::string_view bytes, size_t position,
                         char32_t* character) {
  const auto lead = static_cast<uint8_t>(bytes[position]);
  const size_t length = LengthOfLead(lead);
  if (length <= 1) {
    *character = lead;
    return length;
  }
  if (length > bytes.size() - position) return 0;
  char32_t value = lead & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<uint8_t>(bytes[position + i]);
    if ((byte & 0xC0) != 0x80) return 0;
    value = value << 6 | (byte & 0x3Fu);
  }
  *character = value;
  return IsScalarOfLength(value, length) ? length : 0;
}

absl::StatusOr<std::u32string> DecodeUtf8(std::string_view bytes) {
  std::u32string text;
  text.reserve(bytes.size());
  for (size_t position = 0; position < bytes.size();) {
    char32_t character = 0;
    const size_t length = ReadUtf8Character(bytes, position, &character);
    if (length == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("text is not UTF-8 at byte ", position));
    }
    text.push_back(character);
    position += length;
  }
  return text;
}

void AppendUtf8(char32_t character, std::string* bytes) {
  if (character < 0x80) {
    bytes->push_back(static_cast<char>(character));
    return;
  }
  const int tail = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
  const uint32_t marker = (0xFF00u >> (tail + 1)) & 0xFFu;
  bytes->push_back(static_cast<char>(marker | character >> (6 * tail)));
  for (int i = tail - 1; i >= 0; --i) {
    bytes->push_back(static_cast<char>(0x80u | (character >> (6 * i) & 0x3Fu)));
  }
}

}  // namespace clip::model::text
