#include "server/service/utf8.h"

#include <gtest/gtest.h>

#include <string_view>

namespace clip::server {
namespace {

TEST(Utf8Test, TakesEveryLengthAndTheLimits) {
  for (const std::string_view text :
       {"", "a cat", "\x7F", "\xC2\x80", "\xC3\xA9", "\xE0\xA0\x80",
        "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF0\x9F\x98\x80",
        "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  EXPECT_TRUE(IsUtf8(std::string_view("a\0b", 3)));
}

TEST(Utf8Test, RefusesWhatProtobufRefuses) {
  for (const std::string_view text :
       {"\xFF", "a\x80", "\xC3", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF",
        "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80",
        "\xE2\x82", "\xF0\x9F\x98", "\xC3\xA9\xC3"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

}  // namespace
}  // namespace clip::server
