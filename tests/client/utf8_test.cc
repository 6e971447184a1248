#include "client/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace clip::client {
namespace {

TEST(IsUtf8Test, TakesEveryLengthOfCharacter) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("a\u00e9\u20ac\U0001f600\U0010ffff"));
}

TEST(IsUtf8Test, RefusesWhatUnicodeForbids) {
  for (const char* text :
       {"\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
        "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82(",
        "\xf0\x9f\x98"}) {
    EXPECT_FALSE(IsUtf8(text)) << ::testing::PrintToString(std::string(text));
  }
}

}  // namespace
}  // namespace clip::client
