#include "client/cli/reporting_sink.h"

#include <gmock/gmock.h>

#include <sstream>

#include "client/cli/collecting_sink.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ReportingSinkTest : public ::testing::Test {
 protected:
  ReportingSink NewSink(size_t total) {
    return ReportingSink(&console_, &collected_, {total, rows_on_terminal_, [] {
                                                    return absl::UnixEpoch();
                                                  }});
  }

  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_{in_, out_, err_};
  CollectingSink collected_;
  bool rows_on_terminal_ = false;
};

TEST_F(ReportingSinkTest, NamesWhatFailed) {
  ReportingSink sink = NewSink(1);
  EXPECT_THAT(sink.Fail("a.jpg", absl::InvalidArgumentError("no image")),
              IsOk());
  EXPECT_EQ(err_.str(), "clip_client: a.jpg: no image\n");
}

TEST_F(ReportingSinkTest, AFailureWithoutAReasonHasItsCode) {
  ReportingSink sink = NewSink(1);
  EXPECT_THAT(sink.Fail("a.jpg", absl::InternalError("")), IsOk());
  EXPECT_EQ(err_.str(), "clip_client: a.jpg: INTERNAL\n");
}

TEST_F(ReportingSinkTest, DrawsProgressOfManyItemsOnATerminal) {
  console_.err_is_terminal = true;
  ReportingSink sink = NewSink(100);
  EXPECT_THAT(sink.Add("a", {}, {}), IsOk());
  EXPECT_THAT(err_.str(), HasSubstr("1/100"));
  EXPECT_THAT(collected_.names(), ElementsAre("a"));
}

TEST_F(ReportingSinkTest, MakesWayOnlyForRowsOnTheSameTerminal) {
  console_.err_is_terminal = true;
  ReportingSink to_a_file = NewSink(100);
  EXPECT_THAT(to_a_file.Add("a", {}, {}), IsOk());
  EXPECT_THAT(err_.str(), Not(StartsWith("\r\x1b[K")));
  err_.str("");
  rows_on_terminal_ = true;
  ReportingSink to_the_terminal = NewSink(100);
  EXPECT_THAT(to_the_terminal.Add("a", {}, {}), IsOk());
  EXPECT_THAT(err_.str(), StartsWith("\r\x1b[K"));
}

TEST_F(ReportingSinkTest, DrawsNothingElsewhere) {
  EXPECT_THAT(NewSink(100).Add("a", {}, {}), IsOk());
  EXPECT_THAT(err_.str(), IsEmpty()) << "not a terminal";
  console_.err_is_terminal = true;
  EXPECT_THAT(NewSink(3).Add("a", {}, {}), IsOk());
  EXPECT_THAT(err_.str(), IsEmpty()) << "few items";
}

TEST_F(ReportingSinkTest, AFailureTakesTheBarAwayFirst) {
  console_.err_is_terminal = true;
  ReportingSink sink = NewSink(100);
  EXPECT_THAT(sink.Fail("a", absl::InternalError("x")), IsOk());
  EXPECT_THAT(err_.str(), HasSubstr("\r\x1b[Kclip_client: a: x\n"));
  EXPECT_THAT(err_.str(), HasSubstr("1 failed"));
}

}  // namespace
}  // namespace clip::client
