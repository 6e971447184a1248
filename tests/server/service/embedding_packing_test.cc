#include "server/service/embedding_packing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The bits of one value packed into two bytes.
uint16_t Pack16(float value, v1::Format format) {
  const std::string packed = PackEmbedding({value}, format);
  EXPECT_EQ(packed.size(), 2U);
  return static_cast<uint16_t>(static_cast<uint8_t>(packed[0]) |
                               (static_cast<uint8_t>(packed[1]) << 8));
}

uint16_t Half(float value) { return Pack16(value, v1::FLOAT16); }
uint16_t Brain(float value) { return Pack16(value, v1::BFLOAT16); }

TEST(EmbeddingPackingTest, WritesFloat16) {
  EXPECT_EQ(Half(0.0F), 0x0000);
  EXPECT_EQ(Half(-0.0F), 0x8000);
  EXPECT_EQ(Half(1.0F), 0x3C00);
  EXPECT_EQ(Half(-2.0F), 0xC000);
  EXPECT_EQ(Half(0.1F), 0x2E66);
  EXPECT_EQ(Half(65504.0F), 0x7BFF);
}

TEST(EmbeddingPackingTest, RoundsFloat16ToNearestEven) {
  const float ulp = std::ldexp(1.0F, -10);
  EXPECT_EQ(Half(1.0F + ulp / 2), 0x3C00);
  EXPECT_EQ(Half(1.0F + 3 * ulp / 2), 0x3C02);
  EXPECT_EQ(Half(1.0F + ulp * 0.51F), 0x3C01);
}

TEST(EmbeddingPackingTest, WritesSubnormalFloat16) {
  EXPECT_EQ(Half(std::ldexp(1.0F, -14)), 0x0400);
  EXPECT_EQ(Half(std::ldexp(1.0F, -24)), 0x0001);
  EXPECT_EQ(Half(std::ldexp(-3.0F, -24)), 0x8003);
  // Half way between zero and the smallest number: to the even zero.
  EXPECT_EQ(Half(std::ldexp(1.0F, -25)), 0x0000);
  EXPECT_EQ(Half(std::ldexp(1.5F, -25)), 0x0001);
  // The largest subnormal rounds up into the normals.
  EXPECT_EQ(Half(std::ldexp(1023.75F, -24)), 0x0400);
}

TEST(EmbeddingPackingTest, KeepsFloat16InfinityAndNan) {
  EXPECT_EQ(Half(65520.0F), 0x7C00);
  EXPECT_EQ(Half(1e30F), 0x7C00);
  EXPECT_EQ(Half(-kInfinity), 0xFC00);
  EXPECT_EQ(Half(std::nanf("")), 0x7E00);
}

TEST(EmbeddingPackingTest, WritesBfloat16RoundedToNearestEven) {
  EXPECT_EQ(Brain(1.0F), 0x3F80);
  EXPECT_EQ(Brain(-0.1F), 0xBDCD);
  const float ulp = std::ldexp(1.0F, -7);
  EXPECT_EQ(Brain(1.0F + ulp / 2), 0x3F80);
  EXPECT_EQ(Brain(1.0F + 3 * ulp / 2), 0x3F82);
  EXPECT_EQ(Brain(kInfinity), 0x7F80);
  EXPECT_TRUE(std::isnan(std::nanf("")));
  EXPECT_EQ(Brain(std::nanf("")) & 0x7FC0, 0x7FC0);
}

TEST(EmbeddingPackingTest, WritesInt8RoundedAndClamped) {
  const std::string packed =
      PackEmbedding({0.0F, 1.0F, -1.0F, 0.5F, -0.005F, 1.01F}, v1::INT8);
  EXPECT_THAT(std::vector<int8_t>(packed.begin(), packed.end()),
              ElementsAre(0, 127, -127, 64, -1, 127));
}

TEST(EmbeddingPackingTest, WritesOneBitADimensionFromTheHighest) {
  const std::string packed = PackEmbedding(
      {0.5F, -0.5F, 0.0F, 0.1F, -1.0F, -1.0F, -1.0F, 1.0F, 1.0F, -1.0F},
      v1::BINARY);
  ASSERT_EQ(packed.size(), 2U);
  EXPECT_EQ(static_cast<uint8_t>(packed[0]), 0b10010001);
  EXPECT_EQ(static_cast<uint8_t>(packed[1]), 0b10000000);
}

TEST(EmbeddingPackingTest, ReadsBackWhatItWrote) {
  const std::vector<float> values = {0.25F, -0.5F, 0.0F, 1.0F};
  for (const v1::Format format : {v1::FLOAT16, v1::BFLOAT16}) {
    const auto read = UnpackEmbedding(PackEmbedding(values, format), format, 4);
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(*read, values);
  }
  const auto read =
      UnpackEmbedding(PackEmbedding(values, v1::INT8), v1::INT8, 4);
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT(*read, ElementsAre(FloatNear(0.25F, 0.004F),
                                 FloatNear(-0.5F, 0.004F), 0.0F, 1.0F));
}

TEST(EmbeddingPackingTest, ReadsEveryFloat16) {
  // Every half is exact in float32, so writing it again gives the same bits.
  for (int bits = 0; bits < 0x7C00; ++bits) {
    const std::string packed = {static_cast<char>(bits & 0xFF),
                                static_cast<char>(bits >> 8)};
    const auto value = UnpackEmbedding(packed, v1::FLOAT16, 1);
    ASSERT_THAT(value, IsOk());
    ASSERT_EQ(Half(value->front()), bits);
  }
}

TEST(EmbeddingPackingTest, RefusesAWrongLength) {
  EXPECT_THAT(UnpackEmbedding("abc", v1::FLOAT16, 2),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("3 bytes of FLOAT16")));
  EXPECT_THAT(UnpackEmbedding("abc", v1::INT8, 4),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(EmbeddingPackingTest, RefusesFormatsWithoutNumbers) {
  EXPECT_THAT(UnpackEmbedding("a", v1::BINARY, 8),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(UnpackEmbedding("abcd", static_cast<v1::Format>(77), 1),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace clip::server
