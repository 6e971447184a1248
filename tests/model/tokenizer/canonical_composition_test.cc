#include "model/tokenizer/canonical_composition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace clip::model::text {
namespace {

std::u32string Composed(const std::u32string& text) {
  return ComposeCanonically(text).value();
}

TEST(ComposeCanonicallyTest, ComposesLettersAndMarks) {
  EXPECT_EQ(Composed(U"e\u0301"), U"é");
  EXPECT_EQ(Composed(U"s\u0307\u0323"), U"\u1e69");
  EXPECT_EQ(Composed(U"\u1100\u1161\u11a8"), U"\uac01");
}

TEST(ComposeCanonicallyTest, ReplacesCharactersWithACanonicalTwin) {
  EXPECT_EQ(Composed(U"\u212b\u2126"), U"\u00c5\u03a9");
}

TEST(ComposeCanonicallyTest, LeavesCompatibilityCharacters) {
  EXPECT_EQ(Composed(U"\ufb01\u00b2\uff21"), U"\ufb01\u00b2\uff21");
}

TEST(ComposeCanonicallyTest, OrdersMarksByCombiningClass) {
  EXPECT_EQ(Composed(U"q\u0307\u0323"), U"q\u0323\u0307");
}

TEST(ComposeCanonicallyTest, TreatsMarksThatCameAfterUnicode14AsUnassigned) {
  // U+1E4EC has class 232 since Unicode 15; U+0316 would move before it.
  EXPECT_EQ(Composed(U"q\U0001e4ec\u0316"), U"q\U0001e4ec\u0316");
}

TEST(ComposeCanonicallyTest, OrdersLongRunsAsShortOnes) {
  std::u32string text = U"q";
  std::u32string expected = U"q";
  for (int i = 0; i < 500; ++i) text += U"\u0301\u0316";
  for (int i = 0; i < 500; ++i) expected += U"\u0316";
  for (int i = 0; i < 500; ++i) expected += U"\u0301";
  EXPECT_EQ(Composed(text), expected);
}

TEST(ComposeCanonicallyTest, DecomposesMarksOfTwoMarksInLongRuns) {
  std::u32string expected;
  for (int i = 0; i < 100; ++i) expected += U"\u0f71";
  for (int i = 0; i < 100; ++i) expected += U"\u0f72";
  EXPECT_EQ(Composed(std::u32string(100, U'\u0f73')), expected);
}

}  // namespace
}  // namespace clip::model::text
