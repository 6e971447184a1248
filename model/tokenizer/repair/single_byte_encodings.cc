#include "model/tokenizer/repair/single_byte_encodings.h"

#include <cstddef>
#include <iterator>

namespace clip::model::text {
namespace {

constexpr char32_t kSubstitute = 0x1A;
constexpr char32_t kReplacement = 0xFFFD;

struct EncodingData {
  const char* name;
  bool sloppy;
  char32_t high_half[128];
};

constexpr EncodingData kEncodings[] = {
#include "model/tokenizer/data/single_byte_encodings.inc"
};
static_assert(std::size(kEncodings) == kSingleByteEncodingCount);

}  // namespace

const SingleByteEncodings& SingleByteEncodings::Get() {
  static const auto* const encodings = new SingleByteEncodings;
  return *encodings;
}

SingleByteEncodings::SingleByteEncodings() {
  for (size_t i = 0; i < kSingleByteEncodingCount; ++i) {
    for (size_t byte = 0x80; byte < 0x100; ++byte) {
      bytes_[kEncodings[i].high_half[byte - 0x80]][i] =
          static_cast<uint8_t>(byte);
    }
    if (kEncodings[i].sloppy) {
      bytes_[kReplacement][i] = kSubstitute;
    } else {
      substitute_[i] = kSubstitute;
    }
  }
}

SingleByteEncodings::Bytes SingleByteEncodings::BytesOf(
    char32_t character) const {
  if (character == kSubstitute) return substitute_;
  const auto found = bytes_.find(character);
  return found == bytes_.end() ? Bytes{} : found->second;
}

uint32_t SingleByteEncodings::EncodingsOf(std::u32string_view text) const {
  uint32_t possible = (1u << kSingleByteEncodingCount) - 1;
  for (const char32_t character : text) {
    if (character < 0x80 && character != kSubstitute) continue;
    const Bytes bytes = BytesOf(character);
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] == 0) possible &= ~(1u << i);
    }
    if (possible == 0) break;
  }
  return possible;
}

std::string SingleByteEncodings::Encode(SingleByteEncoding encoding,
                                        std::u32string_view text) const {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char32_t character : text) {
    const uint8_t byte =
        character < 0x80 && character != kSubstitute
            ? static_cast<uint8_t>(character)
            : BytesOf(character)[static_cast<size_t>(encoding)];
    encoded.push_back(static_cast<char>(byte));
  }
  return encoded;
}

char32_t SingleByteEncodings::Decode(SingleByteEncoding encoding,
                                     uint8_t byte) const {
  return kEncodings[static_cast<size_t>(encoding)].high_half[byte - 0x80];
}

bool SingleByteEncodings::IsSloppy(SingleByteEncoding encoding) {
  return kEncodings[static_cast<size_t>(encoding)].sloppy;
}

}  // namespace clip::model::text
