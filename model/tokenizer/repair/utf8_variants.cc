#include "model/tokenizer/repair/utf8_variants.h"

#include <cstddef>
#include <cstdint>

#include "model/tokenizer/utf8_text.h"

namespace clip::model::text {
namespace {

constexpr size_t kPairLength = 6;
constexpr size_t kNulLength = 2;

uint8_t ByteAt(std::string_view bytes, size_t i) {
  return static_cast<uint8_t>(bytes[i]);
}

// Whether byte `i` continues a sequence, or is the text's final newline.
bool EndsVariant(std::string_view bytes, size_t i) {
  if ((ByteAt(bytes, i) & 0xC0) == 0x80) return true;
  return bytes[i] == '\n' && i + 1 == bytes.size();
}

// Reads C0 80 at `position`.
size_t ReadNul(std::string_view bytes, size_t position, char32_t* character) {
  if (bytes.size() - position < kNulLength || ByteAt(bytes, position) != 0xC0) {
    return 0;
  }
  const bool ends =
      ByteAt(bytes, position + 1) == 0x80 ||
      (bytes[position + 1] == '\n' && position + kNulLength == bytes.size());
  *character = 0;
  return ends ? kNulLength : 0;
}

// Reads ED A0..AF xx ED B0..BF xx at `position`.
size_t ReadSurrogatePair(std::string_view bytes, size_t position,
                         char32_t* character) {
  if (bytes.size() - position < kPairLength) return 0;
  const std::string_view pair = bytes.substr(position);
  if (ByteAt(pair, 0) != 0xED || (ByteAt(pair, 1) & 0xF0) != 0xA0) return 0;
  if ((ByteAt(pair, 2) & 0xC0) != 0x80) return 0;
  if (ByteAt(pair, 3) != 0xED || (ByteAt(pair, 4) & 0xF0) != 0xB0) return 0;
  if (!EndsVariant(pair, 5)) return 0;
  *character =
      ((ByteAt(pair, 1) & 0xFu) << 16 | (ByteAt(pair, 2) & 0x3Fu) << 10 |
       (ByteAt(pair, 4) & 0xFu) << 6 | (ByteAt(pair, 5) & 0x3Fu)) +
      0x10000;
  return kPairLength;
}

std::optional<std::u32string> Decode(std::string_view bytes, bool variants) {
  std::u32string text;
  text.reserve(bytes.size());
  for (size_t position = 0; position < bytes.size();) {
    char32_t character = 0;
    size_t length = ReadUtf8Character(bytes, position, &character);
    if (length == 0 && variants) {
      length = ReadNul(bytes, position, &character);
    }
    if (length == 0 && variants) {
      length = ReadSurrogatePair(bytes, position, &character);
    }
    if (length == 0) return std::nullopt;
    text.push_back(character);
    position += length;
  }
  return text;
}

}  // namespace

std::optional<std::u32string> DecodeStrictUtf8(std::string_view bytes) {
  return Decode(bytes, /*variants=*/false);
}

std::optional<std::u32string> DecodeUtf8Variants(std::string_view bytes) {
  return Decode(bytes, /*variants=*/true);
}

}  // namespace clip::model::text
