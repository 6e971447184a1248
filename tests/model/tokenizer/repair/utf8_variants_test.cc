#include "model/tokenizer/repair/utf8_variants.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace clip::model::text {
namespace {

TEST(DecodeStrictUtf8Test, RefusesVariants) {
  EXPECT_EQ(DecodeStrictUtf8("aé"), U"aé");
  EXPECT_EQ(DecodeStrictUtf8("\xC0\x80"), std::nullopt);
  EXPECT_EQ(DecodeStrictUtf8("\xED\xA0\xBD\xED\xB8\x80"), std::nullopt);
}

TEST(DecodeUtf8VariantsTest, ReadsSurrogatePairs) {
  EXPECT_EQ(DecodeUtf8Variants("a\xED\xA0\xBD\xED\xB8\x80z"), U"a\U0001F600z");
  EXPECT_EQ(DecodeUtf8Variants("\xED\xAF\xBF\xED\xBF\xBF"), U"\U0010FFFF");
}

TEST(DecodeUtf8VariantsTest, RefusesLoneSurrogates) {
  EXPECT_EQ(DecodeUtf8Variants("\xED\xA0\xBD"), std::nullopt);
  EXPECT_EQ(DecodeUtf8Variants("\xED\xA0\xBDxyz"), std::nullopt);
  EXPECT_EQ(DecodeUtf8Variants("\xED\xB8\x80\xED\xA0\xBD"), std::nullopt);
}

TEST(DecodeUtf8VariantsTest, ReadsTheLongFormOfNul) {
  EXPECT_EQ(DecodeUtf8Variants("a\xC0\x80z"), std::u32string(U"a\0z", 3));
}

TEST(DecodeUtf8VariantsTest, TakesAFinalNewlineForTheMissingByte) {
  EXPECT_EQ(DecodeUtf8Variants("a\xC0\n"), std::u32string(U"a\0", 2));
  EXPECT_EQ(DecodeUtf8Variants("\xED\xA0\xBD\xED\xB8\n"), U"\U0001F60A");
  EXPECT_EQ(DecodeUtf8Variants("\xC0\nx"), std::nullopt);
  EXPECT_EQ(DecodeUtf8Variants("\xC0"), std::nullopt);
}

TEST(DecodeUtf8VariantsTest, ReadsHangulThatStartsWithTheSameByte) {
  EXPECT_EQ(DecodeUtf8Variants("\xED\x95\x9C"), U"한");
}

}  // namespace
}  // namespace clip::model::text
