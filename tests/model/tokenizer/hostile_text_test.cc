// Texts of a megabyte made to be slow or deep. Each must end, with a row or a
// refusal; the time limit of the test program catches quadratic work, which
// would take hours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "model/tokenizer/bpe_tokenizer.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr size_t kMegabyte = 1 << 20;

const BpeTokenizer& SharedTokenizer() {
  static const auto* const tokenizer =
      BpeTokenizer::Create({}).value().release();
  return *tokenizer;
}

std::string Repeat(std::string_view part, size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}

class LongTextTest : public ::testing::TestWithParam<std::string_view> {};

TEST_P(LongTextTest, TokenizesAMegabyteOfOnePattern) {
  const auto row = SharedTokenizer().Tokenize(Repeat(GetParam(), kMegabyte));
  ASSERT_THAT(row, IsOk());
  EXPECT_EQ(row->ids.size(), 77u);
}

INSTANTIATE_TEST_SUITE_P(
    Patterns, LongTextTest,
    ::testing::Values("a", "ab", "!", "é", "字", "😀", "&", "&amp;", "&a",
                      "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "\x1b[", "\x1b[1",
                      "Σ", "Σ.", "\u0301", "\u0301\u0316", "\u0f73", "\u1161",
                      "Ã©", "Ã© 字 ", "Â", "ð\u009f", "\u0081", "\n", "é\n",
                      "<start_of_tex", "'", "ﬃ", "&#1;", "\r"));

TEST(HostileTextTest, TakesAMegabyteOfNul) {
  EXPECT_EQ(SharedTokenizer().Tokenize(std::string(kMegabyte, '\0'))->ids,
            SharedTokenizer().Tokenize("")->ids);
}

TEST(HostileTextTest, ReadsANumericReferenceOfAMillionDigits) {
  const std::string text = "&#" + std::string(kMegabyte, '9') + ";";
  EXPECT_EQ(SharedTokenizer().Tokenize(text)->ids,
            SharedTokenizer().Tokenize("\uFFFD")->ids);
}

TEST(HostileTextTest, RefusesEntitiesNestedInAMegabyte) {
  EXPECT_THAT(SharedTokenizer().Tokenize("&" + Repeat("amp;", kMegabyte)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("too many rounds")));
}

TEST(HostileTextTest, RefusesMisreadTextNestedInAMegabyte) {
  EXPECT_THAT(SharedTokenizer().Tokenize(Repeat("Â", kMegabyte) + "©"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("too many rounds")));
}

TEST(HostileTextTest, UnfoldsNestingOfAThousandRounds) {
  EXPECT_EQ(SharedTokenizer().Tokenize("&" + Repeat("amp;", 4000))->ids,
            SharedTokenizer().Tokenize("&")->ids);
  EXPECT_EQ(SharedTokenizer().Tokenize(Repeat("Â", 2000) + "©")->ids,
            SharedTokenizer().Tokenize("©")->ids);
}

TEST(HostileTextTest, NeverFailsOnRandomBytesButByRefusing) {
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes(random() % 40, ' ');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const auto row = SharedTokenizer().Tokenize(bytes);
    if (row.ok()) {
      EXPECT_EQ(row->ids.size(), 77u);
    } else {
      EXPECT_THAT(row, StatusIs(absl::StatusCode::kInvalidArgument));
    }
  }
}

}  // namespace
}  // namespace clip::model
