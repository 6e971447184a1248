#include "model/tokenizer/bpe_vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "tests/testing/status_matchers.h"

namespace clip::model::text {
namespace {

using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

TEST(BpeVocabularyTest, NumbersBytesPrintableOnesFirst) {
  const auto vocabulary = BpeVocabulary::CreateEmbedded().value();
  EXPECT_EQ(vocabulary->IdOfByte('!'), 0);
  EXPECT_EQ(vocabulary->IdOfLastByte('!'), 256);
  EXPECT_EQ(vocabulary->IdOfByte('a'), 64);
  EXPECT_EQ(vocabulary->IdOfByte(0), 188);
  EXPECT_EQ(vocabulary->IdOfByte(0xAD), 255);
}

TEST(BpeVocabularyTest, GivesEachByteAnIdOfItsOwn) {
  const auto vocabulary = BpeVocabulary::CreateEmbedded().value();
  std::set<int32_t> ids;
  for (int byte = 0; byte < 256; ++byte) {
    ids.insert(vocabulary->IdOfByte(static_cast<uint8_t>(byte)));
  }
  EXPECT_EQ(ids.size(), 256u);
  EXPECT_EQ(*ids.begin(), 0);
  EXPECT_EQ(*ids.rbegin(), 255);
}

TEST(BpeVocabularyTest, EndsWithTheSpecialTokens) {
  const auto vocabulary = BpeVocabulary::CreateEmbedded().value();
  EXPECT_EQ(vocabulary->start_of_text(), 49406);
  EXPECT_EQ(vocabulary->end_of_text(), 49407);
}

TEST(BpeVocabularyTest, FindsTheFirstMerge) {
  const auto vocabulary = BpeVocabulary::CreateEmbedded().value();
  const auto* merge = vocabulary->FindMerge(vocabulary->IdOfByte('i'),
                                            vocabulary->IdOfByte('n'));
  ASSERT_NE(merge, nullptr);
  EXPECT_EQ(merge->rank, 0);
  EXPECT_EQ(merge->id, 512);
}

TEST(BpeVocabularyTest, FindsNoMergeOfSymbolsThatDoNotMeet) {
  const auto vocabulary = BpeVocabulary::CreateEmbedded().value();
  EXPECT_EQ(vocabulary->FindMerge(vocabulary->IdOfLastByte('a'),
                                  vocabulary->IdOfByte('b')),
            nullptr);
}

TEST(BpeVocabularyTest, RefusesAFileThatIsTooShort) {
  EXPECT_THAT(BpeVocabulary::Create(""),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("0 lines instead of 48894")));
  EXPECT_THAT(BpeVocabulary::Create("header\ni n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("1 lines instead of 48894")));
}

TEST(BpeVocabularyTest, RefusesLinesThatAreNoPairOfKnownSymbols) {
  EXPECT_THAT(BpeVocabulary::Create("header\ni n\nin xyz\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("line 3 is no pair")));
  EXPECT_THAT(BpeVocabulary::Create("header\nin\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("line 2 is no pair")));
}

TEST(BpeVocabularyTest, RefusesASymbolThatIsMadeTwice) {
  EXPECT_THAT(BpeVocabulary::Create("header\na b\nb c\nab c\na bc\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("line 5 repeats")));
}

}  // namespace
}  // namespace clip::model::text
