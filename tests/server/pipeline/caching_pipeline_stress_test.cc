// Many threads against a cache over a real pipeline, for the sanitizers.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/batching/real_clock.h"
#include "server/pipeline/batching_pipeline.h"
#include "server/pipeline/caching_pipeline.h"
#include "tests/testing/fake_encoder.h"
#include "tests/testing/fake_model.h"
#include "tests/testing/pending_call.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using clip::testing::FakeEncoder;
using clip::testing::FakeModel;
using clip::testing::FakePixels;
using clip::testing::IsOk;
using clip::testing::PendingCall;

constexpr int kThreads = 6;
constexpr int kCallsEach = 1000;
// More than the cache holds.
constexpr int kPictures = 40;

class CountingObserver final : public PipelineObserver {
 public:
  void OnCacheLookup(CacheResult result) override {
    ++counts[static_cast<size_t>(result)];
  }
  void OnCacheChanged(int64_t delta) override { bytes += delta; }

  int lookups() const {
    int sum = 0;
    for (const auto& count : counts) sum += count.load();
    return sum;
  }

  std::array<std::atomic<int>, kCacheResults.size()> counts = {};
  std::atomic<int64_t> bytes{0};
};

std::unique_ptr<CachingPipeline> StartPipeline(batching::RealClock& clock,
                                               PipelineObserver& observer,
                                               size_t max_bytes,
                                               int max_queue_items) {
  BatchingPipelineOptions options;
  options.admission.max_queue_items = max_queue_items;
  // Whatever holds the machine up, nothing is refused for the wait.
  options.admission.max_queue_delay = absl::InfiniteDuration();
  options.decode_threads = 2;
  options.max_batch_size = 8;
  options.executor_threads = 2;
  auto encoder = std::make_unique<FakeEncoder>();
  const model::ModelInfo info = encoder->info();
  auto behind = BatchingPipeline::Create(FakeModel(std::move(encoder)), options,
                                         clock, observer);
  EXPECT_THAT(behind, IsOk());
  CachingPipeline::Options cache;
  cache.max_bytes = max_bytes;
  auto pipeline =
      CachingPipeline::Create(cache, info, *std::move(behind), clock, observer);
  EXPECT_THAT(pipeline, IsOk());
  return *std::move(pipeline);
}

// Calls for few pictures, some of which are cancelled at once. Returns the
// number of calls that were answered.
int Call(CachingPipeline& pipeline, uint32_t seed) {
  std::minstd_rand random(seed);
  int answered = 0;
  for (int i = 0; i < kCallsEach; ++i) {
    const auto first = static_cast<float>(1 + random() % kPictures);
    const auto second = static_cast<float>(1 + random() % kPictures);
    const std::string pixels = FakePixels(first);
    const std::string more = FakePixels(second);
    CallOptions options;
    options.cancellation = std::make_shared<Cancellation>();
    if (random() % 4 == 0) options.priority = batching::Priority::kBulk;
    const auto call = std::make_shared<PendingCall>();
    pipeline.Encode({NormalizedPixels{pixels}, NormalizedPixels{more}}, options,
                    call->Done());
    if (random() % 8 == 0) options.cancellation->Cancel();
    const CallResult result = call->Await();
    EXPECT_EQ(call->completions(), 1);
    if (!result.status.ok()) {
      EXPECT_TRUE(absl::IsCancelled(result.status)) << result.status;
      EXPECT_TRUE(options.cancellation->IsCancelled());
      continue;
    }
    ++answered;
    EXPECT_EQ(result.items[0].embedding[0], first);
    EXPECT_EQ(result.items[1].embedding[0], second);
  }
  return answered;
}

TEST(CachingPipelineStressTest, AnswersEveryCallWithItsOwnRows) {
  batching::RealClock clock;
  CountingObserver observer;
  const auto pipeline = StartPipeline(clock, observer, 8192, 1024);
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back(
        [&, i] { answered += Call(*pipeline, static_cast<uint32_t>(i + 1)); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(answered.load(), kThreads * kCallsEach * 3 / 4);
  EXPECT_EQ(observer.lookups(), kThreads * kCallsEach * 2);
  EXPECT_GT(observer.counts[static_cast<size_t>(CacheResult::kHit)].load(), 0);
  EXPECT_GT(observer.bytes.load(), 0);
  EXPECT_LE(observer.bytes.load(), 8192);
}

// Calls for one of two pictures, for which there is room one at a time.
void CallWhereItIsFull(CachingPipeline& pipeline, uint32_t seed) {
  std::minstd_rand random(seed);
  for (int i = 0; i < kCallsEach; ++i) {
    const auto value = static_cast<float>(1 + random() % 2);
    const std::string pixels = FakePixels(value);
    CallOptions options;
    if (random() % 4 == 0) options.priority = batching::Priority::kBulk;
    const auto call = std::make_shared<PendingCall>();
    pipeline.Encode({NormalizedPixels{pixels}}, options, call->Done());
    const CallResult result = call->Await();
    EXPECT_EQ(call->completions(), 1);
    if (result.status.ok()) {
      EXPECT_EQ(result.items[0].embedding[0], value);
    } else {
      EXPECT_TRUE(absl::IsResourceExhausted(result.status)) << result.status;
    }
  }
}

TEST(CachingPipelineStressTest, RefusalsLeaveNobodyWaiting) {
  batching::RealClock clock;
  CountingObserver observer;
  // Nothing is kept, so that there is always something to wait for.
  const auto pipeline = StartPipeline(clock, observer, 0, 1);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back(
        [&, i] { CallWhereItIsFull(*pipeline, static_cast<uint32_t>(i + 1)); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(observer.lookups(), kThreads * kCallsEach);
}

}  // namespace
}  // namespace clip::server
