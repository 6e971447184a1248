#include "server/pipeline/item_preprocessor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "tests/testing/fake_model.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using clip::testing::FakeModel;
using clip::testing::FakePixels;
using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class ItemPreprocessorTest : public ::testing::Test {
 protected:
  std::vector<int32_t> Ids(const absl::StatusOr<PreparedRow>& row) {
    return std::get<std::vector<int32_t>>(row->values);
  }

  model::LoadedModel model_ = FakeModel();
  ItemPreprocessor preprocessor_{model_, 4};
};

TEST_F(ItemPreprocessorTest, CopiesNormalizedPixels) {
  const std::string pixels = FakePixels(2.5F);
  const auto row = preprocessor_.Prepare(NormalizedPixels{pixels});
  ASSERT_THAT(row, IsOk());
  EXPECT_EQ(row->lane(), batching::Lane::kImage);
  const auto values = std::get<RowBuffer>(row->values).values();
  ASSERT_EQ(values.size(), 12U);
  EXPECT_EQ(values[0], 2.5F);
  EXPECT_EQ(values[11], 0.0F);
}

TEST_F(ItemPreprocessorTest, RefusesNormalizedPixelsOfTheWrongSize) {
  const std::string pixels = FakePixels(1);
  for (const size_t size : {size_t{0}, size_t{44}, size_t{47}}) {
    EXPECT_THAT(preprocessor_.Prepare(
                    NormalizedPixels{std::string_view(pixels).substr(0, size)}),
                StatusIs(kInvalid, HasSubstr("48")));
  }
  EXPECT_THAT(preprocessor_.Prepare(NormalizedPixels{pixels + "1234"}),
              StatusIs(kInvalid));
}

TEST_F(ItemPreprocessorTest, RefusesPixelsThatAreNotFinite) {
  for (const float value : {std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity()}) {
    const std::string pixels = FakePixels(value);
    EXPECT_THAT(preprocessor_.Prepare(NormalizedPixels{pixels}),
                StatusIs(kInvalid, HasSubstr("finite")));
  }
}

TEST_F(ItemPreprocessorTest, ResizesRgbPixels) {
  const std::string white(size_t{4} * 4 * 3, '\xff');
  const auto row = preprocessor_.Prepare(RgbPixels{4, 4, white});
  ASSERT_THAT(row, IsOk());
  const auto& config = model_.encoder->info().preprocess;
  const auto values = std::get<RowBuffer>(row->values).values();
  for (size_t channel = 0; channel < 3; ++channel) {
    EXPECT_NEAR(values[size_t{4} * channel],
                (1.0F - config.mean[channel]) / config.std[channel], 1e-5);
  }
}

TEST_F(ItemPreprocessorTest, RefusesAFileThatIsNoPicture) {
  EXPECT_THAT(preprocessor_.Prepare(EncodedImage{"not a picture"}),
              StatusIs(kInvalid));
}

TEST_F(ItemPreprocessorTest, TokenizesText) {
  const auto row = preprocessor_.Prepare(TextString{"abc"});
  ASSERT_THAT(row, IsOk());
  EXPECT_THAT(Ids(row), ElementsAre(1, 2, 3, 0, 0, 0, 0, 0));
  EXPECT_EQ(row->token_count, 3);
  EXPECT_FALSE(row->truncated);
}

TEST_F(ItemPreprocessorTest, SaysWhereTextIsTruncated) {
  const auto row = preprocessor_.Prepare(TextString{"abcabcabcabc"});
  ASSERT_THAT(row, IsOk());
  EXPECT_EQ(row->token_count, 8);
  EXPECT_TRUE(row->truncated);
}

TEST_F(ItemPreprocessorTest, SaysWhyAModelTakesNoText) {
  model_.tokenizer = nullptr;
  model_.tokenizer_unavailable = "SentencePiece is not supported";
  EXPECT_THAT(preprocessor_.Prepare(TextString{"abc"}),
              StatusIs(kInvalid, HasSubstr("SentencePiece is not supported")));
  const std::vector<int32_t> ids = {5};
  EXPECT_THAT(preprocessor_.Prepare(TextTokens{ids}), IsOk());
}

TEST_F(ItemPreprocessorTest, PadsTokenIds) {
  const std::vector<int32_t> ids = {5, 6, 99};
  const auto row = preprocessor_.Prepare(TextTokens{ids});
  ASSERT_THAT(row, IsOk());
  EXPECT_THAT(Ids(row), ElementsAre(5, 6, 99, 0, 0, 0, 0, 0));
  EXPECT_EQ(row->token_count, 3);
}

TEST_F(ItemPreprocessorTest, CountsNoPaddingThatTheCallerSent) {
  const std::vector<int32_t> ids = {5, 0, 6, 0, 0, 0, 0, 0};
  EXPECT_EQ(preprocessor_.Prepare(TextTokens{ids})->token_count, 3);
}

TEST_F(ItemPreprocessorTest, RefusesTokenIdsOutsideTheVocabulary) {
  for (const int32_t bad : {-1, 100, std::numeric_limits<int32_t>::max()}) {
    const std::vector<int32_t> ids = {5, bad};
    EXPECT_THAT(preprocessor_.Prepare(TextTokens{ids}),
                StatusIs(kInvalid, HasSubstr("position 1")));
  }
}

TEST_F(ItemPreprocessorTest, RefusesNoneOrTooManyTokenIds) {
  EXPECT_THAT(preprocessor_.Prepare(TextTokens{{}}), StatusIs(kInvalid));
  const std::vector<int32_t> ids(9, 1);
  EXPECT_THAT(preprocessor_.Prepare(TextTokens{ids}),
              StatusIs(kInvalid, HasSubstr("1 to 8")));
}

TEST_F(ItemPreprocessorTest, HeldBytesAreTheInputAndTheRow) {
  EXPECT_EQ(preprocessor_.HeldBytes(EncodedImage{"12345"}), 5U + 48U);
  EXPECT_EQ(preprocessor_.HeldBytes(TextString{"12345"}), 5U + 32U);
}

TEST_F(ItemPreprocessorTest, SampleRowsAreValid) {
  const PreparedRow image = preprocessor_.SampleRow(batching::Lane::kImage);
  for (const float value : std::get<RowBuffer>(image.values).values()) {
    EXPECT_TRUE(std::isfinite(value));
  }
  const PreparedRow text = preprocessor_.SampleRow(batching::Lane::kText);
  EXPECT_THAT(preprocessor_.Prepare(
                  TextTokens{std::get<std::vector<int32_t>>(text.values)}),
              IsOk());
}

TEST_F(ItemPreprocessorTest, SampleTextsHaveNoBeginningInCommon) {
  const auto ids = [&](int number) {
    return std::get<std::vector<int32_t>>(
        preprocessor_.SampleText(3, number).values);
  };
  EXPECT_EQ(ids(0)[2], ids(1)[2]);
  EXPECT_NE(ids(0)[0], ids(1)[0]);
  EXPECT_NE(ids(1)[0], ids(2)[0]);
}

}  // namespace
}  // namespace clip::server
