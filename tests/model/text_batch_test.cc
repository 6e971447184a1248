#include "model/text_batch.h"

#include <gtest/gtest.h>

#include <vector>

namespace clip::model {
namespace {

constexpr int kContext = 77;
constexpr int32_t kEnd = 49407;

TextConfig Config(TextPool pool = TextPool::kArgmax) {
  TextConfig config;
  config.context_length = kContext;
  config.pool = pool;
  config.eos_id = 2;
  return config;
}

// A text whose end is at `position`.
std::vector<int32_t> Row(int position, int32_t end = kEnd) {
  std::vector<int32_t> row(kContext, 0);
  for (int i = 0; i < position; ++i) row[i] = 1000 + i;
  row[position] = end;
  return row;
}

int Length(const TextConfig& config,
           const std::vector<std::vector<int32_t>>& rows) {
  const std::vector<absl::Span<const int32_t>> spans(rows.begin(), rows.end());
  return TextBatchLength(config, spans);
}

TEST(TextBatchLengthTest, ReachesTheLatestEndOfTheBatch) {
  EXPECT_EQ(Length(Config(), {Row(3), Row(20), Row(9)}), 24);
}

TEST(TextBatchLengthTest, RoundsUpToAMultipleOfEight) {
  EXPECT_EQ(Length(Config(), {Row(0)}), 8);
  EXPECT_EQ(Length(Config(), {Row(7)}), 8);
  EXPECT_EQ(Length(Config(), {Row(8)}), 16);
}

TEST(TextBatchLengthTest, NeverPassesTheContext) {
  EXPECT_EQ(Length(Config(), {Row(72)}), kContext);
  EXPECT_EQ(Length(Config(), {Row(76)}), kContext);
}

TEST(TextBatchLengthTest, TakesTheFirstOfSeveralHighestIds) {
  std::vector<int32_t> row = Row(5);
  row[40] = kEnd;
  EXPECT_EQ(Length(Config(), {row}), 8);
}

TEST(TextBatchLengthTest, FindsTheEndByItsIdWherePoolingDoes) {
  // A higher id behind the end does not matter here.
  std::vector<int32_t> row = Row(10, /*end=*/2);
  row[30] = kEnd;
  EXPECT_EQ(Length(Config(TextPool::kEos), {row}), 16);
}

TEST(TextBatchLengthTest, PoolsTheFirstPositionWhereNoEndIsFound) {
  EXPECT_EQ(Length(Config(TextPool::kEos), {Row(60)}), 8);
}

TEST(TextBatchLengthTest, KeepsWhatATowerCanSee) {
  TextConfig bidirectional = Config();
  bidirectional.no_causal_mask = true;
  EXPECT_EQ(Length(bidirectional, {Row(3)}), kContext);
  TextConfig class_token = Config();
  class_token.embed_cls = true;
  EXPECT_EQ(Length(class_token, {Row(3)}), kContext);
  EXPECT_EQ(Length(Config(TextPool::kLast), {Row(3)}), kContext);
  EXPECT_EQ(Length(Config(TextPool::kFirst), {Row(3)}), kContext);
}

TEST(TextBatchLengthTest, LeavesOutTrailingPaddingForAHuggingFaceTower) {
  TextConfig config = Config();
  config.architecture = TextArchitecture::kHuggingFace;
  config.hf.model_name = "roberta-base";
  // The highest id is not where the text ends, and 0 is no padding here.
  std::vector<int32_t> row(kContext, 1);
  row[0] = 40000;
  row[20] = 0;
  EXPECT_EQ(Length(config, {row}), 24);
  EXPECT_EQ(Length(config, {std::vector<int32_t>(kContext, 1)}), 8);
  EXPECT_EQ(Length(config, {std::vector<int32_t>(kContext, 5)}), kContext);
}

}  // namespace
}  // namespace clip::model
