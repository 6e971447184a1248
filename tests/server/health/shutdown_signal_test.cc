#include "server/health/shutdown_signal.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <future>

#include "server/batching/real_clock.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;

class ShutdownSignalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto signal = ShutdownSignal::Create(
        clock_, [this](int code) { exit_code_.set_value(code); });
    ASSERT_THAT(signal, IsOk());
    signal_ = *std::move(signal);
  }

  batching::RealClock clock_;
  std::promise<int> exit_code_;
  std::unique_ptr<ShutdownSignal> signal_;
};

TEST_F(ShutdownSignalTest, EndsTheProcessWhileItIsNotArmed) {
  kill(getpid(), SIGINT);
  EXPECT_EQ(exit_code_.get_future().get(), 128 + SIGINT);
}

TEST_F(ShutdownSignalTest, WaitsForASignalOnceItIsArmed) {
  signal_->Arm();
  kill(getpid(), SIGTERM);
  EXPECT_TRUE(signal_->WaitFor(1, absl::InfiniteFuture()));
}

TEST_F(ShutdownSignalTest, CountsSignals) {
  signal_->Arm();
  kill(getpid(), SIGTERM);
  EXPECT_TRUE(signal_->WaitFor(1, absl::InfiniteFuture()));
  EXPECT_FALSE(signal_->WaitFor(2, clock_.Now()));
  kill(getpid(), SIGINT);
  EXPECT_TRUE(signal_->WaitFor(2, absl::InfiniteFuture()));
}

TEST_F(ShutdownSignalTest, ARequestCountsAsASignal) {
  signal_->Request();
  EXPECT_TRUE(signal_->WaitFor(1, absl::InfiniteFuture()));
}

TEST_F(ShutdownSignalTest, EndsWithoutASignal) { signal_.reset(); }

}  // namespace
}  // namespace clip::server
