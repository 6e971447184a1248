#include "client/hedged_call.h"

#include <clip/v1/clip.grpc.pb.h>
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "tests/client/fake_clip_server.h"
#include "tests/client/gate.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;

const grpc::Status kUnavailable(grpc::StatusCode::UNAVAILABLE, "draining");
const grpc::Status kNotFound(grpc::StatusCode::NOT_FOUND, "no such model");

RetryPolicy OneAttempt() {
  RetryOptions options;
  options.max_attempts = 1;
  return RetryPolicy::Create(options).value();
}

// A clock whose wait ends when the test says so, or when it is cancelled.
class ManualClock : public RetryClock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  std::unique_ptr<RetryTimer> NewTimer() override {
    return std::make_unique<Timer>(this);
  }

  // Ends the wait in progress, if there is one.
  void Pass() {
    std::function<void()> wake;
    {
      MutexLock lock(mutex_);
      wake = std::exchange(wake_, nullptr);
    }
    if (wake != nullptr) wake();
  }

 private:
  class Timer : public RetryTimer {
   public:
    explicit Timer(ManualClock* clock) : clock_(clock) {}
    void Set(absl::Duration /*delay*/, std::function<void()> wake) override {
      MutexLock lock(clock_->mutex_);
      clock_->wake_ = std::move(wake);
      owns_wait_ = true;
    }
    // The other timers are those of lanes, which never wait.
    void Cancel() override {
      if (owns_wait_) clock_->Pass();
    }

   private:
    ManualClock* const clock_;
    std::atomic<bool> owns_wait_{false};
  };

  Mutex mutex_;
  std::function<void()> wake_ ABSL_GUARDED_BY(mutex_);
};

// Lanes are calls to real servers, each lane to one of its own, so that their
// addresses differ; the test says which answers when, and when the delay has
// passed.
class HedgedCallTest : public ::testing::Test {
 protected:
  // Where it is slow, the first lane has reached its server when the delay
  // passes, and a second one has reached another, if there is to be one.
  std::shared_ptr<HedgedCall> Start(bool is_slow, bool is_hedged = true) {
    call_ = std::make_shared<HedgedCall>(
        HedgedCall::Environment{&budget_, &throttle_, &clock_, &counter_},
        absl::Milliseconds(50),
        [this](size_t lane, RetriedCall::Done done) {
          return NewLane(lane, std::move(done));
        },
        [this](absl::Status status, size_t lane) {
          is_answered_ = true;
          answer_.set_value({std::move(status), lane});
        },
        [this] { finished_.set_value(); });
    const size_t calls_before = servers_[0].methods().size();
    call_->Start();
    if (!is_slow) return call_;
    servers_[0].AwaitCalls(calls_before + 1);
    clock_.Pass();
    while (is_hedged && !is_answered_ && counter_.counts().hedges == 0) {
      clock_.Pass();
      // Each look at which server gRPC has picked takes real time, too.
      absl::SleepFor(absl::Milliseconds(1));
    }
    return call_;
  }

  std::shared_ptr<RetriedCall> NewLane(size_t lane, RetriedCall::Done done) {
    lanes_.push_back(lane);
    return std::make_shared<RetriedCall>(
        RetriedCall::Environment{&policy_, &throttle_, &clock_, &random_,
                                 &counter_},
        absl::Now() + absl::Minutes(1),
        [this, lane](grpc::ClientContext* context,
                     RetriedCall::AttemptDone end) {
          stubs_[lane]->async()->ListModels(context, &request_,
                                            &responses_[lane], std::move(end));
        },
        std::move(done));
  }

  // Connects, so that the address of each lane is known from its start on.
  void SetUp() override {
    for (int i = 0; i < 2; ++i) {
      stubs_.push_back(v1::ClipService::NewStub(grpc::CreateChannel(
          servers_[i].address(), grpc::InsecureChannelCredentials())));
      grpc::ClientContext context;
      v1::ListModelsResponse response;
      ASSERT_TRUE(stubs_[i]->ListModels(&context, {}, &response).ok());
    }
    stubs_.push_back(v1::ClipService::NewStub(grpc::CreateChannel(
        servers_[0].address(), grpc::InsecureChannelCredentials())));
  }

  // The server's next call waits, and then ends like this.
  std::shared_ptr<Gate> Hold(int server, const grpc::Status& status = {}) {
    auto gate = std::make_shared<Gate>();
    servers_[server].Script({{status, {}, gate}});
    return gate;
  }

  std::pair<absl::Status, size_t> Answer() {
    return answer_.get_future().get();
  }
  void AwaitFinish() { finished_.get_future().get(); }

  FakeClipServer servers_[2];
  std::vector<std::unique_ptr<v1::ClipService::Stub>> stubs_;
  v1::ListModelsRequest request_;
  v1::ListModelsResponse responses_[HedgedCall::kMaxLanes];
  const RetryPolicy policy_ = OneAttempt();
  RetryThrottle throttle_{100, 0.1};
  HedgeBudget budget_{10, 0.1};
  CallCounter counter_;
  const std::function<double()> random_ = [] { return 0.0; };
  ManualClock clock_;
  std::vector<size_t> lanes_;
  std::atomic<bool> is_answered_{false};
  std::promise<std::pair<absl::Status, size_t>> answer_;
  std::promise<void> finished_;
  std::shared_ptr<HedgedCall> call_;
};

TEST_F(HedgedCallTest, AnAnswerBeforeTheDelayIsTheOnlyOne) {
  Start(/*is_slow=*/false);
  EXPECT_THAT(Answer(), ::testing::Pair(IsOk(), 0U));
  AwaitFinish();
  EXPECT_EQ(lanes_.size(), 1U);
  EXPECT_EQ(counter_.counts().hedges, 0U);
  // Nor has it cost anything.
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget_.Take());
}

TEST_F(HedgedCallTest, AfterTheDelayAnotherServerMayAnswer) {
  const auto gate = Hold(0);
  Start(/*is_slow=*/true);
  EXPECT_THAT(Answer(), ::testing::Pair(IsOk(), 1U));
  // The loser is cancelled: it ends although its server does not answer.
  AwaitFinish();
  EXPECT_EQ(counter_.counts().hedges, 1U);
  EXPECT_EQ(counter_.counts().hedges_won, 1U);
  EXPECT_EQ(counter_.counts().attempts, 2U);
  gate->Open();
}

TEST_F(HedgedCallTest, TheFirstServerMayStillWin) {
  const auto gate = Hold(0);
  const auto hedge = Hold(1);
  Start(/*is_slow=*/true);
  servers_[1].AwaitCalls(2);
  gate->Open();
  EXPECT_THAT(Answer(), ::testing::Pair(IsOk(), 0U));
  AwaitFinish();
  EXPECT_EQ(counter_.counts().hedges_won, 0U);
  hedge->Open();
}

TEST_F(HedgedCallTest, AStatusThatNothingCuresIsAnAnswer) {
  const auto gate = Hold(0);
  servers_[1].Script({{kNotFound}});
  Start(/*is_slow=*/true);
  EXPECT_THAT(Answer(),
              ::testing::Pair(StatusIs(absl::StatusCode::kNotFound), 1U));
  AwaitFinish();
  gate->Open();
}

TEST_F(HedgedCallTest, AHedgeThatFailsLeavesTheCallToTheFirst) {
  const auto gate = Hold(0);
  servers_[1].Script({{kUnavailable}});
  Start(/*is_slow=*/true);
  servers_[1].AwaitCalls(2);
  gate->Open();
  EXPECT_THAT(Answer(), ::testing::Pair(IsOk(), 0U));
  AwaitFinish();
}

TEST_F(HedgedCallTest, AFirstThatFailsLeavesTheCallToTheHedge) {
  const auto first = Hold(0, kUnavailable);
  const auto hedge = Hold(1);
  Start(/*is_slow=*/true);
  servers_[1].AwaitCalls(2);
  first->Open();
  hedge->Open();
  EXPECT_THAT(Answer(), ::testing::Pair(IsOk(), 1U));
  AwaitFinish();
}

TEST_F(HedgedCallTest, WhereBothFailTheFirstOneTellsWhy) {
  const auto first = Hold(0, kUnavailable);
  const auto hedge =
      Hold(1, grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "full"));
  Start(/*is_slow=*/true);
  servers_[1].AwaitCalls(2);
  first->Open();
  hedge->Open();
  EXPECT_THAT(Answer(),
              ::testing::Pair(StatusIs(absl::StatusCode::kUnavailable), 0U));
  AwaitFinish();
}

TEST_F(HedgedCallTest, AFailureBeforeTheDelayIsTheEnd) {
  servers_[0].Script({{kUnavailable}});
  Start(/*is_slow=*/false);
  EXPECT_THAT(Answer(),
              ::testing::Pair(StatusIs(absl::StatusCode::kUnavailable), 0U));
  AwaitFinish();
  EXPECT_EQ(lanes_.size(), 1U);
}

TEST_F(HedgedCallTest, WithoutATokenThereIsNoHedge) {
  while (budget_.Take()) {
  }
  const auto gate = Hold(0);
  Start(/*is_slow=*/true, /*is_hedged=*/false);
  EXPECT_EQ(lanes_.size(), 1U);
  gate->Open();
  EXPECT_THAT(Answer(), ::testing::Pair(IsOk(), 0U));
  AwaitFinish();
}

TEST_F(HedgedCallTest, WhereRetriesAreThrottledThereIsNoHedge) {
  while (throttle_.RecordFailure()) {
  }
  const auto gate = Hold(0);
  Start(/*is_slow=*/true, /*is_hedged=*/false);
  EXPECT_EQ(lanes_.size(), 1U);
  gate->Open();
  EXPECT_THAT(Answer(), ::testing::Pair(IsOk(), 0U));
  AwaitFinish();
}

TEST_F(HedgedCallTest, ALaneOnTheServerOfTheFirstIsTriedAgain) {
  // The last lane is of the first server, the one before as well.
  std::swap(stubs_[1], stubs_[2]);
  {
    grpc::ClientContext context;
    v1::ListModelsResponse response;
    ASSERT_TRUE(stubs_[1]->ListModels(&context, {}, &response).ok());
  }
  const auto gate = Hold(0);
  servers_[0].Script({{{}, {}, gate}, {{}, {}, gate}});
  Start(/*is_slow=*/true);
  EXPECT_THAT(Answer(), ::testing::Pair(IsOk(), 2U));
  EXPECT_EQ(lanes_.size(), 3U);
  EXPECT_EQ(counter_.counts().hedges, 1U);
  AwaitFinish();
  gate->Open();
}

TEST_F(HedgedCallTest, CancelEndsBoth) {
  const auto first = Hold(0);
  const auto hedge = Hold(1);
  const auto call = Start(/*is_slow=*/true);
  servers_[1].AwaitCalls(2);
  call->Cancel();
  EXPECT_THAT(Answer().first, StatusIs(absl::StatusCode::kCancelled));
  AwaitFinish();
  first->Open();
  hedge->Open();
}

TEST_F(HedgedCallTest, CancelEndsTheWaitForTheDelay) {
  const auto first = Hold(0);
  const auto call = Start(/*is_slow=*/false);
  servers_[0].AwaitCalls(2);
  call->Cancel();
  EXPECT_THAT(Answer().first, StatusIs(absl::StatusCode::kCancelled));
  AwaitFinish();
  EXPECT_EQ(lanes_.size(), 1U);
  first->Open();
}

}  // namespace
}  // namespace clip::client
