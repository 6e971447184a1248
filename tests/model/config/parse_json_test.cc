#include "model/config/parse_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(ParseJsonTest, ReadsADocument) {
  const auto json = ParseJson(R"({"a": [1, {"b": null}]})", JsonLimits());
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ((*json)["a"][0], 1);
}

TEST(ParseJsonTest, RefusesTextThatIsNotJson) {
  for (const char* text : {"", "{", "{]", "nul", "{\"a\":1}x", "\xff"}) {
    EXPECT_THAT(ParseJson(text, JsonLimits()),
                StatusIs(kInvalid, HasSubstr("is not JSON")))
        << text;
  }
}

TEST(ParseJsonTest, RefusesAKeyThatComesTwice) {
  EXPECT_THAT(ParseJson(R"({"a": {"b": 1, "b": 2}})", JsonLimits()),
              StatusIs(kInvalid, HasSubstr("\"b\" twice")));
}

TEST(ParseJsonTest, AcceptsOneKeyInSeveralObjects) {
  EXPECT_THAT(ParseJson(R"([{"a": 1}, {"a": {"a": 2}}])", JsonLimits()),
              IsOk());
}

TEST(ParseJsonTest, RefusesDeepNesting) {
  for (const std::string open : {"[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += open;
    EXPECT_FALSE(ParseJson(text, JsonLimits()).ok());
  }
  JsonLimits limits;
  limits.max_depth = 2;
  EXPECT_THAT(ParseJson("[[1]]", limits), IsOk());
  EXPECT_THAT(ParseJson("[[[1]]]", limits),
              StatusIs(kInvalid, HasSubstr("too deep")));
}

TEST(ParseJsonTest, RefusesTextOverTheLimit) {
  JsonLimits limits;
  limits.max_bytes = 4;
  EXPECT_THAT(ParseJson("1   ", limits), IsOk());
  EXPECT_THAT(ParseJson("1    ", limits),
              StatusIs(kInvalid, HasSubstr("longer than 4 bytes")));
}

}  // namespace
}  // namespace clip::model
