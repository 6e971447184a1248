#include "client/cli/json_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

namespace clip::client {
namespace {

TEST(JsonTextTest, StringsAreEscaped) {
  EXPECT_EQ(JsonString("a\"b\\c\n"), R"("a\"b\\c\n")");
}

TEST(JsonTextTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(JsonString("a\xff"), "\"a\xef\xbf\xbd\"");
}

TEST(JsonTextTest, NumbersReadBackAsTheSameFloats) {
  const std::vector<float> numbers = {0.1F, -1.0F / 3, 1e-30F, 3e38F, 0};
  const auto read = nlohmann::json::parse(JsonArray(numbers));
  EXPECT_EQ(read.get<std::vector<float>>(), numbers);
  EXPECT_EQ(JsonArray({0.1F}), "[0.1]") << "the shortest digits";
}

TEST(JsonTextTest, WhatJsonCannotSayIsNull) {
  EXPECT_EQ(JsonArray({std::numeric_limits<float>::infinity(),
                       std::numeric_limits<float>::quiet_NaN()}),
            "[null, null]");
  EXPECT_EQ(JsonArray({}), "[]");
}

TEST(JsonTextTest, ErrorsHaveNameCodeAndMessage) {
  const auto error = nlohmann::json::parse(
      JsonError("file", "a.jpg", absl::InvalidArgumentError("no \"image\"")));
  EXPECT_EQ(error["file"], "a.jpg");
  EXPECT_EQ(error["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(error["message"], "no \"image\"");
}

}  // namespace
}  // namespace clip::client
