#include "model/tokenizer/gunzip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "model/tokenizer/embedded_merges.h"
#include "tests/testing/status_matchers.h"

namespace clip::model::text {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::StartsWith;

constexpr size_t kMaxBytes = 16 << 20;

TEST(GunzipTest, UnpacksTheEmbeddedMerges) {
  const auto merges = Gunzip(EmbeddedMerges(), kMaxBytes);
  ASSERT_THAT(merges, IsOk());
  EXPECT_THAT(*merges, StartsWith("\"bpe_simple_vocab_16e6.txt#version"));
  EXPECT_EQ(merges->back(), '\n');
}

TEST(GunzipTest, RefusesDataThatIsCutShort) {
  const std::string_view packed = EmbeddedMerges();
  EXPECT_THAT(Gunzip(packed.substr(0, packed.size() - 9), kMaxBytes),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(GunzipTest, RefusesDataThatFailsItsChecksum) {
  std::string packed(EmbeddedMerges());
  packed[packed.size() - 6] ^= 1;
  EXPECT_THAT(Gunzip(packed, kMaxBytes), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(GunzipTest, RefusesOtherData) {
  EXPECT_THAT(Gunzip("", kMaxBytes), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(Gunzip("plain text", kMaxBytes),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(GunzipTest, RefusesDataLargerThanTheLimit) {
  EXPECT_THAT(Gunzip(EmbeddedMerges(), 1000),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace clip::model::text
