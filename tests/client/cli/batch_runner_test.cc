#include "client/cli/batch_runner.h"

#include <gmock/gmock.h>

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "client/grpc_status.h"
#include "tests/client/fake_statuses.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

// Notes what it is given.
class NotingSink : public RowSink {
 public:
  absl::Status Add(const std::string& name, Row row,
                   const ModelVersion& /*model*/) override {
    rows.emplace_back(name, row.token_count);
    return add_status;
  }
  absl::Status Fail(const std::string& name, const absl::Status& why) override {
    failures.emplace_back(name, std::string(why.message()));
    return absl::OkStatus();
  }
  absl::Status Finish() override { return absl::OkStatus(); }

  std::vector<std::pair<std::string, uint32_t>> rows;
  std::vector<std::pair<std::string, std::string>> failures;
  absl::Status add_status;
};

// The content of an item is its name; a row's token count is its length. By
// default every call is answered at once.
class BatchRunnerTest : public ::testing::Test {
 protected:
  RunSummary Run(const std::vector<std::string>& names) {
    Inputs inputs;
    inputs.names = names;
    inputs.load = [this, names](size_t i) -> absl::StatusOr<std::string> {
      ++loaded_;
      if (names[i] == "missing") return absl::NotFoundError("no such file");
      return names[i];
    };
    BatchRunner runner(
        options_, inputs,
        [this](const std::vector<std::string>& contents,
               BatchRunner::Done done) {
          calls_.push_back(contents);
          held_.emplace_back(contents, std::move(done));
          // Answers the latest first, as a server may.
          if (held_.size() < hold_) return;
          for (; !held_.empty(); held_.pop_back()) {
            held_.back().second(Answer(held_.back().first));
          }
        },
        &sink_);
    return runner.Run();
  }

  absl::StatusOr<BatchAnswer> Answer(const std::vector<std::string>& contents) {
    BatchAnswer answer;
    for (size_t i = 0; i < contents.size(); ++i) {
      const auto error = errors_.find(contents[i]);
      if (error != errors_.end()) return error->second;
      if (absl::StartsWith(contents[i], "bad")) {
        return FromGrpcStatus(
            BadItemStatus("images[" + std::to_string(i) + "]", "is bad"));
      }
      answer.rows.push_back(
          Row{{}, static_cast<uint32_t>(contents[i].size()), false});
    }
    return answer;
  }

  BatchOptions options_;
  NotingSink sink_;
  // Calls that wait until so many are in flight.
  size_t hold_ = 1;
  std::map<std::string, absl::Status> errors_;
  std::vector<std::vector<std::string>> calls_;
  std::deque<std::pair<std::vector<std::string>, BatchRunner::Done>> held_;
  size_t loaded_ = 0;
};

TEST_F(BatchRunnerTest, SendsBatchesAndKeepsTheOrder) {
  options_.max_items = 2;
  const RunSummary summary = Run({"a", "bb", "ccc", "d", "ee"});
  EXPECT_THAT(calls_, ElementsAre(ElementsAre("a", "bb"),
                                  ElementsAre("ccc", "d"), ElementsAre("ee")));
  EXPECT_THAT(sink_.rows,
              ElementsAre(Pair("a", 1U), Pair("bb", 2U), Pair("ccc", 3U),
                          Pair("d", 1U), Pair("ee", 2U)));
  EXPECT_EQ(summary.answered, 5U);
  EXPECT_THAT(summary.status, IsOk());
}

TEST_F(BatchRunnerTest, AnswersOutOfOrderAreWrittenInOrder) {
  options_.max_items = 1;
  options_.max_in_flight = 3;
  hold_ = 3;
  Run({"a", "b", "c"});
  EXPECT_THAT(sink_.rows,
              ElementsAre(Pair("a", 1U), Pair("b", 1U), Pair("c", 1U)));
}

TEST_F(BatchRunnerTest, LoadsNoMoreThanWhatIsInFlight) {
  options_.max_items = 2;
  options_.max_in_flight = 2;
  hold_ = 2;
  std::vector<std::string> names(100, "x");
  size_t loaded_at_first_answer = 0;
  Inputs inputs;
  inputs.names = names;
  inputs.load = [&](size_t) -> absl::StatusOr<std::string> {
    ++loaded_;
    return std::string("x");
  };
  std::vector<BatchRunner::Done> waiting;
  BatchRunner runner(
      options_, inputs,
      [&](const std::vector<std::string>& contents,
          const BatchRunner::Done& done) {
        const bool is_last = loaded_ == names.size();
        waiting.push_back(
            [done, answer = Answer(contents)](const auto&) { done(answer); });
        if (waiting.size() < 2 && !is_last) return;
        if (loaded_at_first_answer == 0) loaded_at_first_answer = loaded_;
        for (auto& answer : std::exchange(waiting, {})) answer(BatchAnswer());
      },
      &sink_);
  EXPECT_EQ(runner.Run().answered, 100U);
  EXPECT_EQ(loaded_at_first_answer, 4U);
}

TEST_F(BatchRunnerTest, BatchesAreBoundedInBytes) {
  options_.max_bytes = 5;
  Run({"aaa", "bb", "c", "dddddddd", "e"});
  EXPECT_THAT(calls_, ElementsAre(ElementsAre("aaa", "bb"), ElementsAre("c"),
                                  ElementsAre("dddddddd"), ElementsAre("e")));
  EXPECT_THAT(sink_.rows, SizeIs(5));
}

TEST_F(BatchRunnerTest, BadItemsFailAloneAndTheRestIsSentAgain) {
  const RunSummary summary = Run({"a", "bad1", "b", "bad2", "c"});
  EXPECT_THAT(sink_.rows,
              ElementsAre(Pair("a", 1U), Pair("b", 1U), Pair("c", 1U)));
  EXPECT_THAT(sink_.failures,
              ElementsAre(Pair("bad1", "is bad"), Pair("bad2", "is bad")));
  EXPECT_THAT(calls_.back(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(summary.answered, 3U);
  EXPECT_EQ(summary.failed, 2U);
  EXPECT_THAT(summary.status, IsOk());
}

TEST_F(BatchRunnerTest, ACallOfBadItemsOnlyIsNotSentAgain) {
  const RunSummary summary = Run({"bad"});
  EXPECT_THAT(calls_, SizeIs(1));
  EXPECT_EQ(summary.failed, 1U);
}

TEST_F(BatchRunnerTest, AnItemThatIsNotInTheCallCannotBeBlamed) {
  errors_["a"] = FromGrpcStatus(BadItemStatus("images[7]", "is bad"));
  const RunSummary summary = Run({"a", "b"});
  EXPECT_THAT(calls_, SizeIs(1));
  EXPECT_EQ(summary.failed, 2U);
}

TEST_F(BatchRunnerTest, AnItemThatCannotBeLoadedFailsAlone) {
  const RunSummary summary = Run({"a", "missing", "b"});
  EXPECT_THAT(calls_, ElementsAre(ElementsAre("a", "b")));
  EXPECT_THAT(sink_.failures, ElementsAre(Pair("missing", "no such file")));
  EXPECT_EQ(summary.failed, 1U);
}

TEST_F(BatchRunnerTest, NothingIsSentWhereNothingLoads) {
  EXPECT_EQ(Run({"missing", "missing"}).failed, 2U);
  EXPECT_THAT(calls_, IsEmpty());
}

TEST_F(BatchRunnerTest, AFailedCallFailsOnlyItsItems) {
  options_.max_items = 2;
  errors_["b"] = absl::InternalError("request 7 failed");
  const RunSummary summary = Run({"a", "b", "c", "d"});
  EXPECT_THAT(sink_.rows, ElementsAre(Pair("c", 1U), Pair("d", 1U)));
  EXPECT_THAT(sink_.failures, ElementsAre(Pair("a", "request 7 failed"),
                                          Pair("b", "request 7 failed")));
  EXPECT_THAT(summary.status, IsOk());
}

TEST_F(BatchRunnerTest, StopsWhereEveryCallWouldFail) {
  for (const absl::Status& status :
       {absl::UnavailableError("gone"), absl::NotFoundError("no such model"),
        absl::UnimplementedError("no such method"),
        absl::DeadlineExceededError("nobody answers")}) {
    options_.max_items = 1;
    options_.max_in_flight = 1;
    calls_.clear();
    errors_ = {{"b", status}};
    const RunSummary summary = Run({"b", "c", "d"});
    EXPECT_EQ(summary.status, status);
    EXPECT_EQ(summary.left_out, 3U);
    EXPECT_THAT(calls_, SizeIs(1));
  }
}

TEST_F(BatchRunnerTest, ASlowCallIsNoReasonToStopOnceTheServerHasAnswered) {
  options_.max_items = 1;
  errors_["b"] = absl::DeadlineExceededError("slow");
  const RunSummary summary = Run({"a", "b", "c"});
  EXPECT_THAT(summary.status, IsOk());
  EXPECT_EQ(summary.answered, 2U);
  EXPECT_EQ(summary.failed, 1U);
}

TEST_F(BatchRunnerTest, StopsWhereTheOutputBreaks) {
  options_.max_items = 1;
  options_.max_in_flight = 1;
  sink_.add_status = absl::UnknownError("disk full");
  const RunSummary summary = Run({"a", "b", "c"});
  EXPECT_THAT(summary.status, StatusIs(absl::StatusCode::kUnknown));
  EXPECT_THAT(calls_, SizeIs(1));
}

TEST_F(BatchRunnerTest, NoInputsAreNoWork) {
  const RunSummary summary = Run({});
  EXPECT_THAT(summary.status, IsOk());
  EXPECT_EQ(summary.answered + summary.failed + summary.left_out, 0U);
}

}  // namespace
}  // namespace clip::client
