#include "server/pipeline/decode_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tests/testing/fake_clock.h"

namespace clip::server {
namespace {

using batching::Lane;
using clip::testing::FakeClock;
using ::testing::ElementsAre;

// Stops the thread of a pool until told to go on.
class Barrier {
 public:
  void Hold() {
    batching::MutexLock lock(mutex_);
    held_ = true;
    changed_.NotifyAll();
    while (!released_) changed_.Wait(mutex_);
  }
  void AwaitHeld() {
    batching::MutexLock lock(mutex_);
    while (!held_) changed_.Wait(mutex_);
  }
  void Release() {
    batching::MutexLock lock(mutex_);
    released_ = true;
    changed_.NotifyAll();
  }

 private:
  batching::Mutex mutex_;
  batching::CondVar changed_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  bool released_ ABSL_GUARDED_BY(mutex_) = false;
};

class DecodePoolTest : public ::testing::Test {
 protected:
  static void Submit(DecodePool& pool, batching::Line line,
                     std::function<void()> run) {
    std::vector<DecodeJob> jobs;
    jobs.push_back({line, std::move(run)});
    pool.Submit(std::move(jobs));
  }

  FakeClock clock_;
};

TEST_F(DecodePoolTest, RunsEveryJobOnce) {
  std::vector<std::atomic<int>> runs(1000);
  {
    DecodePool pool({/*threads=*/3}, clock_);
    for (auto& run : runs) Submit(pool, {Lane::kImage}, [&run] { ++run; });
  }
  for (const auto& run : runs) EXPECT_EQ(run.load(), 1);
}

TEST_F(DecodePoolTest, StopRunsWhatIsQueued) {
  int ran = 0;
  Barrier barrier;
  DecodePool pool({/*threads=*/1}, clock_);
  Submit(pool, {Lane::kImage}, [&] { barrier.Hold(); });
  for (int i = 0; i < 5; ++i) Submit(pool, {Lane::kText}, [&] { ++ran; });
  barrier.Release();
  pool.Stop();
  EXPECT_EQ(ran, 5);
}

TEST_F(DecodePoolTest, LanesTakeTurns) {
  std::vector<std::string> order;
  Barrier barrier;
  DecodePool pool({/*threads=*/1}, clock_);
  Submit(pool, {Lane::kImage}, [&] { barrier.Hold(); });
  barrier.AwaitHeld();
  for (const char* name : {"i1", "i2", "i3"}) {
    Submit(pool, {Lane::kImage}, [&, name] { order.emplace_back(name); });
  }
  Submit(pool, {Lane::kText}, [&] { order.emplace_back("t1"); });
  barrier.Release();
  pool.Stop();
  EXPECT_THAT(order, ElementsAre("t1", "i1", "i2", "i3"));
}

TEST_F(DecodePoolTest, BulkJobsWaitForInteractiveOnesButNotForEver) {
  std::string order;
  Barrier barrier;
  DecodePool pool({/*threads=*/1}, clock_);
  Submit(pool, {Lane::kImage}, [&] { barrier.Hold(); });
  barrier.AwaitHeld();
  for (int i = 0; i < 2; ++i) {
    Submit(pool, {Lane::kImage, batching::Priority::kBulk},
           [&] { order.push_back('b'); });
  }
  for (int i = 0; i < 10; ++i) {
    Submit(pool, {Lane::kImage}, [&] { order.push_back('i'); });
  }
  barrier.Release();
  pool.Stop();
  // The job that held the thread was an interactive one as well.
  EXPECT_EQ(order, "iiiiiiibiiib");
}

TEST_F(DecodePoolTest, LivesOnAfterAJobThatThrows) {
  bool ran = false;
  DecodePool pool({/*threads=*/1}, clock_);
  Submit(pool, {Lane::kImage}, [] { throw std::runtime_error("broken"); });
  Submit(pool, {Lane::kImage}, [&] { ran = true; });
  pool.Stop();
  EXPECT_TRUE(ran);
}

TEST_F(DecodePoolTest, EstimatesTheWaitFromPastJobs) {
  Barrier barrier;
  DecodePool pool({/*threads=*/1}, clock_);
  EXPECT_EQ(pool.EstimatedWait({Lane::kImage}), absl::ZeroDuration());
  Submit(pool, {Lane::kImage}, [&] { clock_.Advance(absl::Milliseconds(20)); });
  Submit(pool, {Lane::kImage}, [&] { barrier.Hold(); });
  barrier.AwaitHeld();
  for (int i = 0; i < 3; ++i) Submit(pool, {Lane::kImage}, [] {});
  EXPECT_EQ(pool.EstimatedWait({Lane::kImage}), absl::Milliseconds(60));
  EXPECT_EQ(pool.EstimatedWait({Lane::kText}), absl::Milliseconds(20));
  barrier.Release();
  pool.Stop();
  EXPECT_EQ(pool.EstimatedWait({Lane::kImage}), absl::ZeroDuration());
}

}  // namespace
}  // namespace clip::server
