#include "server/service/open_streams.h"

#include <gtest/gtest.h>

#include <memory>

#include "server/service/errors.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;

class CountingObserver final : public CallObserver {
 public:
  void OnCallFinished(const CallRecord& /*record*/) override {}
  void OnStreamsChanged(int delta) override { open += delta; }

  int open = 0;
};

class FakeStream final : public OpenStream {
 public:
  explicit FakeStream(OpenStreams& streams) : streams_(streams) {}
  void Drain() override {
    drained = true;
    // As a stream without items does.
    streams_.Remove(this);
  }

  bool drained = false;

 private:
  OpenStreams& streams_;
};

class OpenStreamsTest : public ::testing::Test {
 protected:
  CountingObserver observer_;
  OpenStreams streams_{2, observer_};
};

TEST_F(OpenStreamsTest, BoundsTheNumberOfStreamsAndSaysWhenToRetry) {
  const auto first = std::make_shared<FakeStream>(streams_);
  const auto second = std::make_shared<FakeStream>(streams_);
  const auto third = std::make_shared<FakeStream>(streams_);
  EXPECT_THAT(streams_.Add(first), IsOk());
  EXPECT_THAT(streams_.Add(second), IsOk());
  const absl::Status refused = streams_.Add(third);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(RetryDelay(refused).has_value());
  EXPECT_EQ(observer_.open, 2);
  streams_.Remove(third.get());
  EXPECT_EQ(observer_.open, 2);
  streams_.Remove(first.get());
  EXPECT_THAT(streams_.Add(third), IsOk());
  EXPECT_EQ(observer_.open, 2);
}

TEST_F(OpenStreamsTest, DrainsEveryStreamAndTakesNoMore) {
  const auto first = std::make_shared<FakeStream>(streams_);
  ASSERT_THAT(streams_.Add(first), IsOk());
  streams_.Drain();
  EXPECT_TRUE(first->drained);
  EXPECT_EQ(observer_.open, 0);
  EXPECT_THAT(streams_.Add(first), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(OpenStreamsTest, DoesNotKeepAStreamAlive) {
  auto stream = std::make_shared<FakeStream>(streams_);
  ASSERT_THAT(streams_.Add(stream), IsOk());
  stream.reset();
  streams_.Drain();
}

}  // namespace
}  // namespace clip::server
