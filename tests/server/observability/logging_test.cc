#include "server/observability/logging.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "nlohmann/json.hpp"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// A pipe whose write end the logger gets.
class LoggerTest : public ::testing::Test {
 protected:
  LoggerTest() { EXPECT_EQ(pipe(ends_), 0); }
  ~LoggerTest() override {
    close(ends_[0]);
    close(ends_[1]);
  }

  std::unique_ptr<Logger> Create(LoggerOptions options = {}) {
    options.file_descriptor = ends_[1];
    auto logger = Logger::Create(options);
    EXPECT_THAT(logger, IsOk());
    return *std::move(logger);
  }

  // Everything in the pipe, without waiting for more.
  std::string ReadAll() {
    fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = read(ends_[0], buffer, sizeof(buffer))) > 0;) {
      text.append(buffer, n);
    }
    return text;
  }

  int ends_[2];
};

TEST_F(LoggerTest, WritesOneLineForEachEvent) {
  Create()->Log(LogLevel::kInfo, "request", {{"code", "OK"}});
  EXPECT_THAT(ReadAll(),
              MatchesRegex("time=[0-9-]+T[0-9:.]+Z level=info event=request "
                           "code=OK\n"));
}

TEST_F(LoggerTest, WritesJsonOnRequest) {
  LoggerOptions options;
  options.format = LogFormat::kJson;
  Create(options)->Log(LogLevel::kWarning, "refused", {{"reason", "wait"}});
  const auto json = nlohmann::json::parse(ReadAll());
  EXPECT_EQ(json["level"], "warning");
  EXPECT_EQ(json["event"], "refused");
  EXPECT_EQ(json["reason"], "wait");
}

TEST_F(LoggerTest, WritesNothingBelowItsLevel) {
  LoggerOptions options;
  options.level = LogLevel::kWarning;
  Create(options)->Log(LogLevel::kInfo, "request", {});
  EXPECT_EQ(ReadAll(), "");
}

TEST_F(LoggerTest, ABlockedDescriptorBlocksNobodyAndIsCounted) {
  fcntl(ends_[1], F_SETPIPE_SZ, 4096);
  LoggerOptions options;
  options.queue_lines = 16;
  auto logger = Create(options);
  const std::string value(500, 'a');
  for (int i = 0; i < 1000; ++i) {
    logger->Log(LogLevel::kError, "event", {{"value", value}});
  }
  EXPECT_GT(logger->dropped_lines(), 900);
  logger.reset();
}

TEST_F(LoggerTest, RefusesAQueueWithoutRoom) {
  LoggerOptions options;
  options.queue_lines = 0;
  EXPECT_THAT(Logger::Create(options),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ParseLogLevelTest, KnowsItsNamesOnly) {
  EXPECT_EQ(*ParseLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(*ParseLogLevel("info"), LogLevel::kInfo);
  EXPECT_EQ(*ParseLogLevel("warning"), LogLevel::kWarning);
  EXPECT_EQ(*ParseLogLevel("error"), LogLevel::kError);
  EXPECT_THAT(ParseLogLevel("loud"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("loud")));
}

TEST(ParseLogFormatTest, KnowsItsNamesOnly) {
  EXPECT_EQ(*ParseLogFormat("text"), LogFormat::kKeyValue);
  EXPECT_EQ(*ParseLogFormat("json"), LogFormat::kJson);
  EXPECT_THAT(ParseLogFormat("xml"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("xml")));
}

}  // namespace
}  // namespace clip::server
