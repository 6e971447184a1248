// Many threads against one pipeline on the real clock, for the sanitizers.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/batching/real_clock.h"
#include "server/pipeline/batching_pipeline.h"
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

constexpr int kCallers = 8;
constexpr int kCallsEach = 400;
constexpr float kPoison = 66;

BatchingPipelineOptions SmallOptions() {
  BatchingPipelineOptions options;
  options.decode_threads = 3;
  options.max_batch_size = 8;
  options.executor_threads = 2;
  options.admission.max_queue_items = 64;
  return options;
}

// What a caller may be told when it and others misbehave.
bool IsAllowed(const absl::Status& status) {
  return status.ok() || absl::IsInternal(status) || absl::IsCancelled(status) ||
         absl::IsDeadlineExceeded(status) ||
         absl::IsResourceExhausted(status) || absl::IsUnavailable(status) ||
         absl::IsInvalidArgument(status);
}

class Caller {
 public:
  Caller(BatchingPipeline& pipeline, uint32_t seed)
      : pipeline_(pipeline), random_(seed) {}

  // Calls in flight end in any order, and some are cancelled or late.
  void Run() {
    for (int i = 0; i < kCallsEach; ++i) Call();
  }

  // Checks every call. Returns the number that was answered well.
  int Finish() {
    int good = 0;
    for (Sent& sent : sent_) {
      const CallResult result = sent.call->Await();
      EXPECT_EQ(sent.call->completions(), 1);
      EXPECT_TRUE(IsAllowed(result.status)) << result.status;
      if (!result.status.ok()) continue;
      ++good;
      std::vector<float> answered;
      for (const EncodedItem& item : result.items) {
        answered.push_back(item.embedding[0]);
      }
      EXPECT_EQ(answered, sent.firsts);
    }
    return good;
  }

 private:
  struct Sent {
    std::shared_ptr<PendingCall> call;
    std::vector<float> firsts;
    std::unique_ptr<std::vector<std::string>> pixels;
  };

  void Call() {
    Sent sent{std::make_shared<PendingCall>(),
              {},
              std::make_unique<std::vector<std::string>>()};
    const int count = 1 + static_cast<int>(random_() % 4);
    for (int i = 0; i < count; ++i) {
      const bool poison = random_() % 100 == 0;
      sent.firsts.push_back(poison ? kPoison
                                   : static_cast<float>(100 + random_() % 900));
      sent.pixels->push_back(FakePixels(sent.firsts.back()));
    }
    std::vector<PipelineItem> items;
    for (const std::string& pixels : *sent.pixels) {
      items.push_back(NormalizedPixels{pixels});
    }
    if (random_() % 50 == 0) items.back() = EncodedImage{"no picture"};
    CallOptions options;
    options.cancellation = std::make_shared<Cancellation>();
    if (random_() % 4 == 0) {
      options.deadline = absl::Now() + absl::Microseconds(random_() % 300);
    }
    if (random_() % 3 == 0) {
      options.priority = batching::Priority::kBulk;
      options.on_admitted = [] {};
    }
    pipeline_.Encode(std::move(items), options, sent.call->Done());
    if (random_() % 4 == 0) options.cancellation->Cancel();
    sent_.push_back(std::move(sent));
    // Some room for the others, without a sleep: wait for an older call.
    if (sent_.size() % 8 == 0) {
      while (sent_[sent_.size() - 8].call->completions() == 0) {
        std::this_thread::yield();
      }
    }
  }

  BatchingPipeline& pipeline_;
  std::minstd_rand random_;
  std::vector<Sent> sent_;
};

std::unique_ptr<BatchingPipeline> StartPipeline(batching::RealClock& clock,
                                                PipelineObserver& observer) {
  auto encoder = std::make_unique<FakeEncoder>();
  encoder->set_fault([](const std::vector<float>& firsts) {
    for (const float first : firsts) {
      if (first == kPoison) return absl::InternalError("poison");
    }
    return absl::OkStatus();
  });
  auto pipeline = BatchingPipeline::Create(FakeModel(std::move(encoder)),
                                           SmallOptions(), clock, observer);
  EXPECT_THAT(pipeline, IsOk());
  return *std::move(pipeline);
}

TEST(BatchingPipelineStressTest, AnswersEveryCallOnceAndWithItsOwnRows) {
  batching::RealClock clock;
  PipelineObserver observer;
  const auto pipeline = StartPipeline(clock, observer);
  std::vector<std::unique_ptr<Caller>> callers;
  std::vector<std::thread> threads;
  for (int i = 0; i < kCallers; ++i) {
    callers.push_back(std::make_unique<Caller>(*pipeline, i + 1));
    threads.emplace_back([caller = callers.back().get()] { caller->Run(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(pipeline->Drain(absl::InfiniteFuture()), IsOk());
  int good = 0;
  for (const auto& caller : callers) good += caller->Finish();
  EXPECT_GT(good, kCallers * kCallsEach / 10);
}

TEST(BatchingPipelineStressTest, AnswersEveryCallWhenDrainedUnderLoad) {
  batching::RealClock clock;
  PipelineObserver observer;
  for (int round = 0; round < 5; ++round) {
    auto pipeline = StartPipeline(clock, observer);
    std::vector<std::unique_ptr<Caller>> callers;
    std::vector<std::thread> threads;
    for (int i = 0; i < kCallers; ++i) {
      callers.push_back(std::make_unique<Caller>(*pipeline, i + 1));
      threads.emplace_back([caller = callers.back().get()] { caller->Run(); });
    }
    // The calls that come during and after it are refused.
    pipeline->Drain(clock.Now() + absl::Milliseconds(round)).IgnoreError();
    for (std::thread& thread : threads) thread.join();
    pipeline.reset();
    for (const auto& caller : callers) caller->Finish();
  }
}

}  // namespace
}  // namespace clip::server
