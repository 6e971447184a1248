#include "server/observability/log_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "nlohmann/json.hpp"

namespace clip::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(LogLineTest, WritesKeysAndValues) {
  EXPECT_EQ(FormatLogLine(LogFormat::kKeyValue, "request",
                          {{"method", "EncodeImage"},
                           {"items", 3},
                           {"seconds", 0.0125},
                           {"cached", false}}),
            "event=request method=EncodeImage items=3 seconds=0.0125 "
            "cached=false");
}

TEST(LogLineTest, QuotesWhatCouldForgeAnotherField) {
  const std::string line =
      FormatLogLine(LogFormat::kKeyValue, "request",
                    {{"model", "a level=error\nevent=\"forged\""}});
  EXPECT_EQ(line,
            "event=request model=\"a level=error\\nevent=\\\"forged\\\"\"");
  EXPECT_EQ(FormatLogLine(LogFormat::kKeyValue, "x", {{"empty", ""}}),
            "event=x empty=\"\"");
}

TEST(LogLineTest, WritesJsonThatParses) {
  const std::string line =
      FormatLogLine(LogFormat::kJson, "request",
                    {{"model", "a \"b\"\n\x01"},
                     {"items", size_t{3}},
                     {"ratio", std::numeric_limits<double>::quiet_NaN()},
                     {"ok", true}});
  const auto json = nlohmann::json::parse("{" + line + "}");
  EXPECT_EQ(json["event"], "request");
  EXPECT_EQ(json["model"], "a \"b\"\n\x01");
  EXPECT_EQ(json["items"], 3);
  EXPECT_EQ(json["ratio"], "nan");
  EXPECT_EQ(json["ok"], true);
}

TEST(LogLineTest, ReplacesWhatIsNotUtf8) {
  for (const LogFormat format : {LogFormat::kKeyValue, LogFormat::kJson}) {
    EXPECT_THAT(FormatLogLine(format, "x", {{"model", "a\xff"}}),
                Not(HasSubstr("\xff")));
  }
}

TEST(LogLineTest, CutsLongValues) {
  const std::string value(100000, 'a');
  for (const LogFormat format : {LogFormat::kKeyValue, LogFormat::kJson}) {
    EXPECT_LT(FormatLogLine(format, "x", {{"model", value}}).size(), 600U);
  }
}

}  // namespace
}  // namespace clip::server
