#include "model/tokenizer/bpe_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<BpeTokenizer> WithContext(int context_length) {
  BpeTokenizer::Options options;
  options.context_length = context_length;
  return BpeTokenizer::Create(options).value();
}

TokenizedText Tokenized(int context_length, std::string_view text) {
  return WithContext(context_length)->Tokenize(text).value();
}

TEST(BpeTokenizerTest, PadsShortTextsWithZeros) {
  const TokenizedText row = Tokenized(7, "a dog");
  EXPECT_THAT(row.ids, ElementsAre(49406, 320, 1929, 49407, 0, 0, 0));
  EXPECT_EQ(row.token_count, 4);
  EXPECT_FALSE(row.truncated);
}

TEST(BpeTokenizerTest, FillsARowExactly) {
  const TokenizedText row = Tokenized(4, "a dog");
  EXPECT_THAT(row.ids, ElementsAre(49406, 320, 1929, 49407));
  EXPECT_EQ(row.token_count, 4);
  EXPECT_FALSE(row.truncated);
}

TEST(BpeTokenizerTest, CutsLongTextsAndEndsThemAllTheSame) {
  const TokenizedText row = Tokenized(3, "a dog");
  EXPECT_THAT(row.ids, ElementsAre(49406, 320, 49407));
  EXPECT_EQ(row.token_count, 3);
  EXPECT_TRUE(row.truncated);
}

TEST(BpeTokenizerTest, CutsInsideAWordOfManyTokens) {
  const std::string word(1000, 'q');
  const TokenizedText row = Tokenized(5, word);
  EXPECT_EQ(row.ids.size(), 5u);
  EXPECT_EQ(row.ids.back(), 49407);
  EXPECT_EQ(row.token_count, 5);
  EXPECT_TRUE(row.truncated);
}

TEST(BpeTokenizerTest, KeepsOnlyTheEndWhereTheContextIsOne) {
  EXPECT_THAT(Tokenized(1, "").ids, ElementsAre(49407));
  EXPECT_TRUE(Tokenized(1, "").truncated);
  EXPECT_EQ(Tokenized(1, "").token_count, 1);
}

TEST(BpeTokenizerTest, TakesTheEmptyText) {
  const TokenizedText row = Tokenized(3, "");
  EXPECT_THAT(row.ids, ElementsAre(49406, 49407, 0));
  EXPECT_EQ(row.token_count, 2);
  EXPECT_FALSE(row.truncated);
}

TEST(BpeTokenizerTest, DropsNulCharacters) {
  EXPECT_EQ(Tokenized(7, std::string("a\0 d\0og", 7)).ids,
            Tokenized(7, "a dog").ids);
}

TEST(BpeTokenizerTest, CountsAnExclamationMarkThoughItSharesTheIdOfPadding) {
  const TokenizedText row = Tokenized(6, "!!!!!");
  EXPECT_FALSE(row.truncated);
  EXPECT_EQ(row.ids[static_cast<size_t>(row.token_count - 1)], 49407);
}

TEST(BpeTokenizerTest, ReadsSpecialTokensThatAreWrittenOut) {
  EXPECT_THAT(Tokenized(5, "a <end_of_text> dog").ids,
              ElementsAre(49406, 320, 49407, 1929, 49407));
  EXPECT_THAT(Tokenized(3, "<START_OF_TEXT>").ids,
              ElementsAre(49406, 49406, 49407));
}

TEST(BpeTokenizerTest, SpellsOutSpecialTokensInCapitalsWhereCaseIsKept) {
  BpeTokenizer::Options options;
  options.clean = CleanMode::kWhitespace;
  const auto tokenizer = BpeTokenizer::Create(options).value();
  const auto row = tokenizer->Tokenize("<START_OF_TEXT>").value();
  EXPECT_EQ(std::count(row.ids.begin(), row.ids.end(), 49406), 1);
}

TEST(BpeTokenizerTest, NamesTheByteWhereTextIsNotUtf8) {
  EXPECT_THAT(WithContext(77)->Tokenize("caf\xE9 bar"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("not UTF-8 at byte 3")));
}

TEST(BpeTokenizerTest, RefusesAContextLengthBelowOne) {
  for (const int length : {0, -1}) {
    BpeTokenizer::Options options;
    options.context_length = length;
    EXPECT_THAT(BpeTokenizer::Create(options),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("context_length")));
  }
}

TEST(BpeTokenizerTest, SaysItsIds) {
  const auto tokenizer = WithContext(32);
  EXPECT_EQ(tokenizer->context_length(), 32);
  EXPECT_EQ(tokenizer->pad_id(), 0);
  EXPECT_EQ(tokenizer->start_of_text(), 49406);
  EXPECT_EQ(tokenizer->end_of_text(), 49407);
  EXPECT_THAT(tokenizer->Tokenize("x"), IsOk());
}

}  // namespace
}  // namespace clip::model
