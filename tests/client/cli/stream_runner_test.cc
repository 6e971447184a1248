#include "client/cli/stream_runner.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/client/fake_clip_server.h"
#include "tests/client/fake_retry_clock.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const grpc::Status kUnavailable(grpc::StatusCode::UNAVAILABLE, "draining");

// Texts "0", "1", ... one after the other.
class FakeSource : public ItemSource {
 public:
  explicit FakeSource(size_t count) : count_(count) {}

  bool IsReady() override { return !is_ready || is_ready(); }

  std::optional<SourceItem> Next() override {
    EXPECT_TRUE(IsReady());
    if (taken_ == count_) return std::nullopt;
    const std::string text = std::to_string(taken_++);
    if (text == unreadable) {
      return SourceItem{text, absl::NotFoundError("cannot read")};
    }
    return SourceItem{text, text};
  }

  size_t taken() const { return taken_; }

  // This item has no content.
  std::string unreadable;
  // Null = always.
  std::function<bool()> is_ready;

 private:
  const size_t count_;
  size_t taken_ = 0;
};

// Keeps what it gets, and breaks when it is told to.
class FakeSink : public RowSink {
 public:
  absl::Status Add(const std::string& name, Row row,
                   const ModelVersion& model) override {
    if (added.size() == breaks_after) return absl::UnknownError("disk full");
    added.push_back(name);
    models.push_back(model.name);
    token_counts.push_back(row.token_count);
    if (on_add) on_add();
    return absl::OkStatus();
  }
  absl::Status Fail(const std::string& name, const absl::Status& why) override {
    failed.emplace_back(name, why.code());
    return absl::OkStatus();
  }
  absl::Status Finish() override { return absl::OkStatus(); }

  std::vector<std::string> added;
  std::vector<std::string> models;
  std::vector<uint32_t> token_counts;
  std::vector<std::pair<std::string, absl::StatusCode>> failed;
  size_t breaks_after = ~size_t{0};
  std::function<void()> on_add;
};

class StreamRunnerTest : public ::testing::Test {
 protected:
  StreamRunSummary Run(FakeSource& source, size_t streams = 1,
                       size_t max_items = 8) {
    ClipClientOptions options;
    options.target = server_.address();
    options.retry_clock = std::make_shared<FakeRetryClock>();
    const auto client = ClipClient::Create(options).value();
    StreamRunOptions run;
    run.streams = streams;
    run.stream.max_items = max_items;
    run.are_texts = true;
    StreamRunner runner(client.get(), run, &source, &sink_,
                        [this] { return interrupted_.load(); });
    return runner.Run();
  }

  static std::vector<std::string> Numbers(size_t count) {
    std::vector<std::string> numbers;
    for (size_t i = 0; i < count; ++i) numbers.push_back(std::to_string(i));
    return numbers;
  }

  FakeClipServer server_;
  FakeSink sink_;
  std::atomic<bool> interrupted_{false};
};

TEST_F(StreamRunnerTest, GivesTheAnswersInInputOrder) {
  ScriptedStream backwards;
  backwards.read_ahead = 5;
  server_.ScriptStreams({backwards});
  FakeSource source(5);
  const StreamRunSummary summary = Run(source);
  EXPECT_THAT(summary.status, IsOk());
  EXPECT_EQ(summary.answered, 5U);
  EXPECT_EQ(sink_.added, Numbers(5));
  EXPECT_EQ(sink_.models[0], "toy");
  EXPECT_EQ(sink_.token_counts[0], 1U);
}

TEST_F(StreamRunnerTest, SendsMoreItemsThanFitAtOnceOverSeveralStreams) {
  FakeSource source(1000);
  const StreamRunSummary summary = Run(source, /*streams=*/3);
  EXPECT_THAT(summary.status, IsOk());
  EXPECT_EQ(sink_.added, Numbers(1000));
  EXPECT_EQ(summary.counts.streams, 3U);
  for (const auto& items : server_.streams()) {
    EXPECT_THAT(items, ::testing::Not(IsEmpty()));
  }
}

TEST_F(StreamRunnerTest, GoesOnAfterABreak) {
  // One answer of eight items that were read.
  ScriptedStream breaks{1, kUnavailable};
  breaks.read_ahead = 8;
  server_.ScriptStreams({breaks, breaks});
  FakeSource source(50);
  const StreamRunSummary summary = Run(source);
  EXPECT_THAT(summary.status, IsOk());
  EXPECT_EQ(sink_.added, Numbers(50));
  EXPECT_EQ(summary.counts.streams, 3U);
  EXPECT_GT(summary.counts.resent, 0U);
}

TEST_F(StreamRunnerTest, BadItemsFailAloneAndInTheirPlace) {
  server_.Refuse("3");
  FakeSource source(6);
  source.unreadable = "1";
  const StreamRunSummary summary = Run(source);
  EXPECT_THAT(summary.status, IsOk());
  EXPECT_EQ(summary.answered, 4U);
  EXPECT_EQ(summary.failed, 2U);
  EXPECT_THAT(sink_.added, ElementsAre("0", "2", "4", "5"));
  EXPECT_THAT(sink_.failed,
              ElementsAre(Pair("1", absl::StatusCode::kNotFound),
                          Pair("3", absl::StatusCode::kInvalidArgument)));
}

TEST_F(StreamRunnerTest, HoldsNoMoreThanSoManyItems) {
  FakeSource source(10'000);
  size_t most_ahead = 0;
  sink_.on_add = [&] {
    most_ahead = std::max(most_ahead, source.taken() - sink_.added.size());
  };
  EXPECT_THAT(Run(source, /*streams=*/2).status, IsOk());
  // Two windows of each stream, and one item that waits for room.
  EXPECT_LE(most_ahead, 2U * 2 * 8 + 1);
  EXPECT_EQ(sink_.added, Numbers(10'000));
}

TEST_F(StreamRunnerTest, GivesAnswersWhileTheSourceHasNothing) {
  FakeSource source(20);
  // The next input comes only when all before it are with the sink.
  source.is_ready = [&] { return sink_.added.size() == source.taken(); };
  EXPECT_THAT(Run(source).status, IsOk());
  EXPECT_EQ(sink_.added, Numbers(20));
}

TEST_F(StreamRunnerTest, AnInterruptionEndsTheWaitForTheSource) {
  FakeSource source(20);
  source.is_ready = [&] {
    if (sink_.added.size() == 5) interrupted_ = true;
    return source.taken() < 5;
  };
  const StreamRunSummary summary = Run(source);
  EXPECT_TRUE(summary.interrupted);
  EXPECT_EQ(sink_.added, Numbers(5));
}

TEST_F(StreamRunnerTest, AStreamThatEndsEndsTheRun) {
  server_.ScriptStreams({{2, {grpc::StatusCode::NOT_FOUND, "gone"}}});
  FakeSource source(1000);
  const StreamRunSummary summary = Run(source);
  EXPECT_THAT(summary.status, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(sink_.added, Numbers(2));
  EXPECT_THAT(sink_.failed, IsEmpty());
  EXPECT_EQ(summary.answered + summary.left_out, source.taken());
  EXPECT_LT(source.taken(), 100U);
}

TEST_F(StreamRunnerTest, AnInterruptionEndsItWithWhatIsDone) {
  sink_.on_add = [this] {
    if (sink_.added.size() == 20) interrupted_ = true;
  };
  FakeSource source(100'000);
  const StreamRunSummary summary = Run(source);
  EXPECT_TRUE(summary.interrupted);
  EXPECT_THAT(summary.status, IsOk());
  EXPECT_GE(sink_.added.size(), 20U);
  EXPECT_LT(source.taken(), 1000U);
  EXPECT_EQ(summary.answered, sink_.added.size());
  EXPECT_EQ(summary.answered + summary.left_out, source.taken());
  EXPECT_THAT(sink_.failed, IsEmpty());
}

TEST_F(StreamRunnerTest, AnInterruptionKeepsWhatHasOvertakenOthers) {
  ScriptedStream backwards;
  backwards.read_ahead = 4;
  backwards.ignored = "0";
  server_.ScriptStreams({backwards});
  FakeSource source(4);
  // Asked after the three answers, of which none can be given in order.
  std::thread interrupter([this] {
    server_.AwaitItems(4);
    interrupted_ = true;
  });
  const StreamRunSummary summary = Run(source);
  interrupter.join();
  EXPECT_TRUE(summary.interrupted);
  EXPECT_EQ(summary.answered + summary.left_out, 4U);
  EXPECT_GE(summary.left_out, 1U);
  EXPECT_THAT(sink_.failed, IsEmpty());
}

TEST_F(StreamRunnerTest, AnOutputThatBreaksEndsTheRun) {
  sink_.breaks_after = 3;
  FakeSource source(100'000);
  const StreamRunSummary summary = Run(source);
  EXPECT_THAT(summary.status, StatusIs(absl::StatusCode::kUnknown));
  EXPECT_THAT(sink_.added, SizeIs(3));
  EXPECT_LT(source.taken(), 1000U);
}

TEST_F(StreamRunnerTest, NothingToDoIsDone) {
  FakeSource source(0);
  EXPECT_THAT(Run(source).status, IsOk());
  EXPECT_THAT(server_.methods(), IsEmpty());
}

}  // namespace
}  // namespace clip::client
