#include "model/tokenizer/word_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace clip::model::text {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::u32string> Words(std::u32string_view text) {
  WordSplitter splitter(text);
  std::vector<std::u32string> words;
  for (std::u32string_view word; splitter.Next(&word);) {
    words.emplace_back(word);
  }
  return words;
}

TEST(WordSplitterTest, FindsNoWordInBlanks) {
  EXPECT_THAT(Words(U""), IsEmpty());
  EXPECT_THAT(Words(U" \t\n\u00a0"), IsEmpty());
}

TEST(WordSplitterTest, CutsBetweenLettersNumbersAndTheRest) {
  EXPECT_THAT(Words(U"ab12!? ž"), ElementsAre(U"ab", U"1", U"2", U"!?", U"ž"));
}

TEST(WordSplitterTest, TakesNumbersOfAllKindsOneByOne) {
  EXPECT_THAT(Words(U"½Ⅷ٣"), ElementsAre(U"½", U"Ⅷ", U"٣"));
}

TEST(WordSplitterTest, CutsEnglishEndingsInEitherCase) {
  EXPECT_THAT(Words(U"it's WE'LL"), ElementsAre(U"it", U"'s", U"WE", U"'LL"));
  EXPECT_THAT(Words(U"'re've'm'd't"),
              ElementsAre(U"'re", U"'ve", U"'m", U"'d", U"'t"));
}

TEST(WordSplitterTest, TakesTheLongSForAnS) {
  EXPECT_THAT(Words(U"'\u017fx"), ElementsAre(U"'\u017f", U"x"));
  EXPECT_THAT(Words(U"<\u017ftart_of_text>"),
              ElementsAre(U"<\u017ftart_of_text>"));
}

TEST(WordSplitterTest, KeepsAQuoteThatFollowsPunctuationInItsRun) {
  EXPECT_THAT(Words(U"''s"), ElementsAre(U"''", U"s"));
}

TEST(WordSplitterTest, TakesSpecialTokensWhole) {
  EXPECT_THAT(Words(U"a<start_of_text>b<END_OF_TEXT>"),
              ElementsAre(U"a", U"<start_of_text>", U"b", U"<END_OF_TEXT>"));
}

TEST(WordSplitterTest, CutsSpecialTokensInsideARunOfPunctuation) {
  EXPECT_THAT(Words(U"!<end_of_text>"),
              ElementsAre(U"!<", U"end", U"_", U"of", U"_", U"text", U">"));
}

TEST(WordSplitterTest, TreatsMarksAsPunctuationAndSkipsYpogegrammeni) {
  EXPECT_THAT(Words(U"a\u0301b\u0345c"),
              ElementsAre(U"a", U"\u0301", U"b", U"c"));
}

}  // namespace
}  // namespace clip::model::text
