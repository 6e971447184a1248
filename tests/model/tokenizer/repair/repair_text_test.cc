#include "model/tokenizer/repair/repair_text.h"

#include <gtest/gtest.h>

#include <string>

namespace clip::model::text {
namespace {

std::u32string Repaired(const std::u32string& text) {
  return RepairText(text).value();
}

TEST(RepairTextTest, LeavesPlainText) {
  EXPECT_EQ(Repaired(U""), U"");
  EXPECT_EQ(Repaired(U"a photo\nof a dog\t!"), U"a photo\nof a dog\t!");
}

TEST(RepairTextTest, CombinesAllRepairs) {
  EXPECT_EQ(Repaired(U"Broken text&hellip; it&#x2019;s ﬂubberiﬁc!"),
            U"Broken text… it's flubberific!");
  EXPECT_EQ(Repaired(U"&macr;\\_(ã\u0083\u0084)_/&macr;"), U"¯\\_(ツ)_/¯");
  EXPECT_EQ(Repaired(U"ＬＯＵＤ　ＮＯＩＳＥＳ"), U"LOUD NOISES");
}

TEST(RepairTextTest, RepeatsUntilNothingChanges) {
  EXPECT_EQ(Repaired(U"&amp;amp;amp;eacute;"), U"é");
}

TEST(RepairTextTest, KeepsEntitiesFromTheFirstLineWithATagOn) {
  EXPECT_EQ(Repaired(U"&amp;\n<&amp;\n&amp;"), U"&\n<&amp;\n&amp;");
}

TEST(RepairTextTest, UnescapesOnAfterATagThatItMadeItself) {
  EXPECT_EQ(Repaired(U"&lt;&amp;amp;"), U"<&");
}

TEST(RepairTextTest, RepairsEachLineByItself) {
  EXPECT_EQ(Repaired(U"schÃ¶n\n日本語"), U"schön\n日本語");
}

TEST(RepairTextTest, CutsLinesAfterAMillionCharacters) {
  // A mark at the start of the second piece finds no letter to compose with.
  const std::u32string half(999999, U'x');
  EXPECT_EQ(Repaired(half + U"e\u0301").back(), U'\u0301');
  EXPECT_EQ(Repaired(half.substr(1) + U"e\u0301").back(), U'é');
}

}  // namespace
}  // namespace clip::model::text
