#include "model/tokenizer/utf8_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"

namespace clip::model::text {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

void ExpectInvalidAt(const std::string& bytes, const std::string& offset) {
  EXPECT_THAT(DecodeUtf8(bytes), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("byte " + offset)));
}

TEST(DecodeUtf8Test, ReadsEveryLengthAndItsLimits) {
  const std::u32string text = {0,      0x7F,   0x80,   0x7FF,   0x800,
                               0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF};
  std::string bytes;
  for (const char32_t c : text) AppendUtf8(c, &bytes);
  EXPECT_EQ(bytes.size(), 1u + 1 + 2 + 2 + 3 + 3 + 3 + 3 + 4 + 4);
  const auto decoded = DecodeUtf8(bytes);
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(*decoded, text);
}

TEST(DecodeUtf8Test, ReadsTheEmptyText) {
  ASSERT_THAT(DecodeUtf8(""), IsOk());
  EXPECT_EQ(*DecodeUtf8(""), U"");
}

TEST(DecodeUtf8Test, RefusesOverlongForms) {
  ExpectInvalidAt("ab\xC0\x80", "2");
  ExpectInvalidAt("\xC1\xBF", "0");
  ExpectInvalidAt("a\xE0\x9F\xBF", "1");
  ExpectInvalidAt("\xF0\x8F\xBF\xBF", "0");
}

TEST(DecodeUtf8Test, RefusesSurrogatesAndValuesBeyondUnicode) {
  ExpectInvalidAt("abc\xED\xA0\x80", "3");
  ExpectInvalidAt("\xED\xBF\xBF", "0");
  ExpectInvalidAt("\xF4\x90\x80\x80", "0");
  ExpectInvalidAt("\xF5\x80\x80\x80", "0");
  ExpectInvalidAt("\xFF", "0");
}

TEST(DecodeUtf8Test, RefusesTruncatedAndStrayBytes) {
  ExpectInvalidAt("\xC3", "0");
  ExpectInvalidAt("\xE2\x82", "0");
  ExpectInvalidAt("\xF0\x9F\x98", "0");
  ExpectInvalidAt("\xC3(", "0");
  ExpectInvalidAt("ok\x80", "2");
}

}  // namespace
}  // namespace clip::model::text
