#ifndef MODEL_TOKENIZER_REPAIR_SINGLE_BYTE_ENCODINGS_H_
#define MODEL_TOKENIZER_REPAIR_SINGLE_BYTE_ENCODINGS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace clip::model::text {

// The encodings that UTF-8 is most often mistaken for, in the order in which
// they are tried. The Windows ones are sloppy: bytes without a character stand
// for the control code of the same number, and byte 0x1A for U+FFFD.
enum class SingleByteEncoding {
  kLatin1,
  kWindows1252,
  kWindows1251,
  kWindows1250,
  kWindows1253,
  kWindows1254,
  kWindows1257,
  kIso8859Part2,
  kMacRoman,
  kCodePage437,
};

inline constexpr int kSingleByteEncodingCount = 10;

// Converts between characters and the bytes of those encodings.
//
// Thread-safe: immutable once built, which the first use does.
class SingleByteEncodings {
 public:
  static const SingleByteEncodings& Get();

  // One bit for each encoding, 1 << number, that has all of the characters.
  uint32_t EncodingsOf(std::u32string_view text) const;

  // The bytes of a text all of whose characters the encoding has.
  std::string Encode(SingleByteEncoding encoding,
                     std::u32string_view text) const;

  // The character of a byte of 0x80 and above.
  char32_t Decode(SingleByteEncoding encoding, uint8_t byte) const;

  // Whether the encoding is one of the sloppy ones.
  static bool IsSloppy(SingleByteEncoding encoding);

 private:
  // The byte in each encoding; 0 where it has none.
  using Bytes = std::array<uint8_t, kSingleByteEncodingCount>;

  SingleByteEncodings();
  Bytes BytesOf(char32_t character) const;

  Bytes substitute_ = {};
  absl::flat_hash_map<char32_t, Bytes> bytes_;
};

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_REPAIR_SINGLE_BYTE_ENCODINGS_H_
