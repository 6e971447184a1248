#include "model/tokenizer/repair/single_byte_encodings.h"

#include <gtest/gtest.h>

#include <string>

namespace clip::model::text {
namespace {

uint32_t Bit(SingleByteEncoding encoding) {
  return 1u << static_cast<int>(encoding);
}

bool Has(SingleByteEncoding encoding, std::u32string_view text) {
  return (SingleByteEncodings::Get().EncodingsOf(text) & Bit(encoding)) != 0;
}

TEST(SingleByteEncodingsTest, HaveAllOfAscii) {
  EXPECT_EQ(SingleByteEncodings::Get().EncodingsOf(U"ascii\n\u007f"),
            (1u << kSingleByteEncodingCount) - 1);
}

TEST(SingleByteEncodingsTest, KnowTheirOwnCharactersOnly) {
  EXPECT_TRUE(Has(SingleByteEncoding::kLatin1, U"é\u0080"));
  EXPECT_FALSE(Has(SingleByteEncoding::kLatin1, U"€"));
  EXPECT_TRUE(Has(SingleByteEncoding::kWindows1252, U"€é\u0081"));
  EXPECT_FALSE(Has(SingleByteEncoding::kWindows1252, U"\u0080"));
  EXPECT_TRUE(Has(SingleByteEncoding::kWindows1251, U"Я"));
  EXPECT_TRUE(Has(SingleByteEncoding::kMacRoman, U"√"));
  EXPECT_TRUE(Has(SingleByteEncoding::kCodePage437, U"┬"));
  EXPECT_EQ(SingleByteEncodings::Get().EncodingsOf(U"字"), 0u);
}

TEST(SingleByteEncodingsTest, SloppyOnesTakeTheReplacementForByte1A) {
  const auto& encodings = SingleByteEncodings::Get();
  EXPECT_EQ(encodings.Encode(SingleByteEncoding::kWindows1252, U"a\ufffd"),
            "a\x1A");
  EXPECT_FALSE(Has(SingleByteEncoding::kWindows1252, U"\u001a"));
  EXPECT_FALSE(Has(SingleByteEncoding::kLatin1, U"\ufffd"));
  EXPECT_EQ(encodings.Encode(SingleByteEncoding::kLatin1, U"\u001a"), "\x1A");
}

TEST(SingleByteEncodingsTest, EncodeWhatTheyDecode) {
  const auto& encodings = SingleByteEncodings::Get();
  for (int i = 0; i < kSingleByteEncodingCount; ++i) {
    const auto encoding = static_cast<SingleByteEncoding>(i);
    for (int byte = 0x80; byte < 0x100; ++byte) {
      const std::u32string text(
          1, encodings.Decode(encoding, static_cast<uint8_t>(byte)));
      ASSERT_TRUE(Has(encoding, text)) << i << " " << byte;
      EXPECT_EQ(encodings.Encode(encoding, text),
                std::string(1, static_cast<char>(byte)));
    }
  }
}

}  // namespace
}  // namespace clip::model::text
