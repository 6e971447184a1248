#include "model/tokenizer/text_cleaning.h"

#include <gtest/gtest.h>

#include <string>

namespace clip::model::text {
namespace {

std::u32string Clean(const std::u32string& text,
                     CleanMode mode = CleanMode::kLower) {
  return CleanText(text, mode).value();
}

TEST(CleanTextTest, CollapsesWhiteSpaceOfEveryKind) {
  EXPECT_EQ(Clean(U" \u00a0a\t\r\n\u2003b\u3000 "), U"a b");
}

TEST(CleanTextTest, KeepsZeroWidthSpace) {
  EXPECT_EQ(Clean(U"a\u200bb"), U"a\u200bb");
}

TEST(CleanTextTest, LowersByDefault) { EXPECT_EQ(Clean(U"A Dog"), U"a dog"); }

TEST(CleanTextTest, KeepsCaseInWhitespaceMode) {
  EXPECT_EQ(Clean(U" A  Dog_x! ", CleanMode::kWhitespace), U"A Dog_x!");
}

TEST(CleanTextTest, DropsAsciiPunctuationOnlyInCanonicalizeMode) {
  EXPECT_EQ(Clean(U"A_Dog's — ¿life?! {x}", CleanMode::kCanonicalize),
            U"a dogs — ¿life x");
}

TEST(CleanTextTest, UnescapesHtmlTwiceBesideTheRepair) {
  EXPECT_EQ(Clean(U"<b> &amp;amp;lt;"), U"<b> &lt;");
}

TEST(CleanTextTest, UnescapesNamesWithoutSemicolon) {
  EXPECT_EQ(Clean(U"fish&ampchips"), U"fish&chips");
}

TEST(CleanTextTest, CollapsesWhiteSpaceThatUnescapingBringsBack) {
  EXPECT_EQ(Clean(U"<a&#13;&nbsp;b"), U"<a b");
}

}  // namespace
}  // namespace clip::model::text
