#include "client/embedding_numbers.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <string>

#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::StatusIs;
using ::testing::ElementsAre;

Embedding Packed(EmbeddingFormat format, std::string bytes) {
  Embedding embedding;
  embedding.format = format;
  embedding.packed = std::move(bytes);
  return embedding;
}

TEST(EmbeddingNumbersTest, Float32IsTakenAsItIs) {
  Embedding embedding;
  embedding.values = {0.5F, -2.0F};
  EXPECT_THAT(*NumbersOf(embedding), ElementsAre(0.5F, -2.0F));
}

TEST(EmbeddingNumbersTest, WidensFloat16) {
  // 1, -2, the largest, the smallest normal, the smallest subnormal, 0, -inf.
  const std::string bytes(
      "\x00\x3c\x00\xc0\xff\x7b\x00\x04\x01\x00\x00\x00\x00\xfc", 14);
  EXPECT_THAT(*NumbersOf(Packed(EmbeddingFormat::kFloat16, bytes)),
              ElementsAre(1.0F, -2.0F, 65504.0F, std::ldexp(1.0F, -14),
                          std::ldexp(1.0F, -24), 0.0F,
                          -std::numeric_limits<float>::infinity()));
}

TEST(EmbeddingNumbersTest, WidensFloat16NotANumber) {
  const auto numbers =
      NumbersOf(Packed(EmbeddingFormat::kFloat16, std::string("\x01\x7c", 2)));
  EXPECT_TRUE(std::isnan(numbers->at(0)));
}

TEST(EmbeddingNumbersTest, WidensBfloat16) {
  // 1, -2, 0.15625.
  const std::string bytes("\x80\x3f\x00\xc0\x20\x3e", 6);
  EXPECT_THAT(*NumbersOf(Packed(EmbeddingFormat::kBfloat16, bytes)),
              ElementsAre(1.0F, -2.0F, 0.15625F));
}

TEST(EmbeddingNumbersTest, ReadsInt8WithItsSign) {
  EXPECT_THAT(*NumbersOf(Packed(EmbeddingFormat::kInt8,
                                std::string("\x7f\x81\x00", 3))),
              ElementsAre(127.0F, -127.0F, 0.0F));
}

TEST(EmbeddingNumbersTest, ReadsBinaryAsBytes) {
  EXPECT_THAT(
      *NumbersOf(Packed(EmbeddingFormat::kBinary, std::string("\xff\x01", 2))),
      ElementsAre(255.0F, 1.0F));
}

TEST(EmbeddingNumbersTest, RefusesHalfAValue) {
  EXPECT_THAT(NumbersOf(Packed(EmbeddingFormat::kFloat16, "abc")),
              StatusIs(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace clip::client
