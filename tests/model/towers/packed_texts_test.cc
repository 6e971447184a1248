#include "model/towers/packed_texts.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace clip::model {
namespace {

using ::testing::ElementsAre;

std::vector<int64_t> Values(const at::Tensor& tensor) {
  const auto* const values = tensor.const_data_ptr<int64_t>();
  return {values, values + tensor.numel()};
}

at::Tensor Rows(const std::vector<int64_t>& values, int64_t rows) {
  return at::tensor(values, at::kLong).view({rows, -1});
}

TEST(PackedTextsTest, LeaveOutWhatFollowsThePooledToken) {
  const PackedTexts texts = PackTexts(Rows({1, 2, 9, 0, 5, 9, 0, 0}, 2),
                                      at::tensor({2, 1}, at::kLong));
  EXPECT_THAT(Values(texts.ids), ElementsAre(1, 2, 9, 5, 9));
  EXPECT_THAT(Values(texts.positions), ElementsAre(0, 1, 2, 0, 1));
  EXPECT_THAT(Values(texts.last), ElementsAre(2, 4));
  EXPECT_THAT(texts.sequences->tokens, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(texts.sequences->starts, ElementsAre(0, 3, 5));
  EXPECT_THAT(texts.sequences->shared, ElementsAre(0, 0));
  EXPECT_EQ(texts.sequences->used, 5);
}

TEST(PackedTextsTest, HaveACommonBeginningOnce) {
  // The third text is the first one's beginning with another end, the fourth
  // is the second; a token of the same id elsewhere is another one.
  const PackedTexts texts =
      PackTexts(Rows({1, 2, 3, 9, 1, 2, 2, 9, 1, 2, 9, 0, 1, 2, 2, 9}, 4),
                at::tensor({3, 3, 2, 3}, at::kLong));
  EXPECT_THAT(Values(texts.ids), ElementsAre(1, 2, 3, 9, 2, 9, 9));
  EXPECT_THAT(Values(texts.positions), ElementsAre(0, 1, 2, 3, 2, 3, 2));
  EXPECT_THAT(Values(texts.last), ElementsAre(3, 5, 6, 5));
  EXPECT_THAT(texts.sequences->shared, ElementsAre(0, 2, 2, 4));
  EXPECT_THAT(texts.sequences->tokens,
              ElementsAre(0, 1, 2, 3, 0, 1, 4, 5, 0, 1, 6, 0, 1, 4, 5));
}

TEST(PackedTextsTest, HaveFewDifferentSizesAndLittleFilling) {
  std::set<int64_t> sizes;
  for (int64_t tokens = 1; tokens <= 2464; ++tokens) {
    const PackedTexts texts = PackTexts(at::arange(tokens).unsqueeze(0),
                                        at::tensor({tokens - 1}, at::kLong));
    EXPECT_EQ(texts.sequences->used, tokens);
    const int64_t size = texts.ids.numel();
    EXPECT_EQ(texts.positions.numel(), size);
    EXPECT_GE(size, tokens);
    EXPECT_LT(size, tokens + std::max<int64_t>(8, tokens / 16 + 1));
    sizes.insert(size);
  }
  EXPECT_LT(sizes.size(), 130U);
}

}  // namespace
}  // namespace clip::model
