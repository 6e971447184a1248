#include "server/pipeline/caching_pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_encoder.h"
#include "tests/testing/fake_pipeline.h"
#include "tests/testing/pending_call.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using clip::testing::FakeClock;
using clip::testing::FakePipeline;
using clip::testing::IsOk;
using clip::testing::PendingCall;
using clip::testing::StatusIs;
using ::testing::ElementsAre;

// A call that has come through to the pipeline behind the cache.
struct BehindCall {
  std::vector<std::string> texts;
  CallOptions options;
  EmbeddingPipeline::Done done;

  // Answers each text with its length.
  void Answer() {
    CallResult result;
    for (const std::string& text : texts) {
      result.items.push_back({{static_cast<float>(text.size())}, 3, false});
    }
    done(std::move(result));
  }
  void Fail(absl::Status status, int failed_item = -1) {
    CallResult result;
    result.status = std::move(status);
    result.failed_item = failed_item;
    done(std::move(result));
  }
};

class CountingObserver final : public PipelineObserver {
 public:
  void OnCacheLookup(CacheResult result) override {
    ++counts[static_cast<size_t>(result)];
  }

  // By hit, miss and merge.
  std::array<int, kCacheResults.size()> counts = {};
};

class CachingPipelineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto behind = std::make_unique<FakePipeline>(
        [this](const std::vector<PipelineItem>& items, CallOptions options,
               EmbeddingPipeline::Done done) {
          BehindCall call{{}, std::move(options), std::move(done)};
          for (const PipelineItem& item : items) {
            call.texts.emplace_back(std::get<TextString>(item).text);
          }
          behind_.push_back(std::move(call));
        });
    CachingPipeline::Options cache;
    cache.max_waiting_bytes = size_t{2} << 20;
    auto pipeline =
        CachingPipeline::Create(cache, clip::testing::FakeModelInfo(),
                                std::move(behind), clock_, observer_);
    ASSERT_THAT(pipeline, IsOk());
    pipeline_ = *std::move(pipeline);
  }

  std::shared_ptr<PendingCall> Encode(const std::vector<std::string>& texts,
                                      CallOptions options = {}) {
    std::vector<PipelineItem> items;
    for (const std::string& text : texts) {
      texts_.push_back(text);
      items.push_back(TextString{texts_.back()});
    }
    auto call = std::make_shared<PendingCall>();
    pipeline_->Encode(std::move(items), std::move(options), call->Done());
    return call;
  }

  static std::vector<float> ValuesOf(const CallResult& result) {
    std::vector<float> values;
    for (const auto& item : result.items) values.push_back(item.embedding[0]);
    return values;
  }

  FakeClock clock_;
  CountingObserver observer_;
  std::deque<std::string> texts_;
  std::deque<BehindCall> behind_;
  std::unique_ptr<CachingPipeline> pipeline_;
};

TEST_F(CachingPipelineTest, ComputesAnItemOnce) {
  const auto first = Encode({"a"});
  ASSERT_EQ(behind_.size(), 1U);
  behind_[0].Answer();
  EXPECT_THAT(ValuesOf(first->Await()), ElementsAre(1));
  const auto second = Encode({"a"});
  EXPECT_EQ(behind_.size(), 1U);
  const CallResult result = second->Await();
  EXPECT_THAT(ValuesOf(result), ElementsAre(1));
  EXPECT_EQ(result.items[0].token_count, 3);
}

TEST_F(CachingPipelineTest, OnlyTheMissingItemsGoOnAndTheOrderIsKept) {
  Encode({"bb"});
  behind_[0].Answer();
  const auto call = Encode({"a", "bb", "ccc"});
  ASSERT_EQ(behind_.size(), 2U);
  EXPECT_THAT(behind_[1].texts, ElementsAre("a", "ccc"));
  behind_[1].Answer();
  EXPECT_THAT(ValuesOf(call->Await()), ElementsAre(1, 2, 3));
}

TEST_F(CachingPipelineTest, CountsWhatTheMessageHasBesideItsItemsOnce) {
  CallOptions options;
  // 100 bytes beside three.
  options.request_bytes = 103;
  const auto first = Encode({"bb"});
  const auto mixed = Encode({"a", "bb"}, options);
  ASSERT_EQ(behind_.size(), 2U);
  EXPECT_EQ(behind_[1].options.request_bytes, 101U);
  // Its waiting item takes over, with its share.
  behind_[0].Fail(absl::CancelledError("gone"));
  ASSERT_EQ(behind_.size(), 3U);
  EXPECT_EQ(behind_[2].options.request_bytes, 52U);
  behind_[1].Answer();
  behind_[2].Answer();
  EXPECT_THAT(ValuesOf(mixed->Await()), ElementsAre(1, 2));
}

TEST_F(CachingPipelineTest, AnItemTwiceInOneCallIsComputedOnce) {
  const auto call = Encode({"a", "bb", "a"});
  EXPECT_THAT(behind_[0].texts, ElementsAre("a", "bb"));
  behind_[0].Answer();
  EXPECT_THAT(ValuesOf(call->Await()), ElementsAre(1, 2, 1));
}

TEST_F(CachingPipelineTest, ItemsInFlightAreMerged) {
  const auto first = Encode({"a"});
  const auto second = Encode({"a", "bb"});
  ASSERT_EQ(behind_.size(), 2U);
  EXPECT_THAT(behind_[1].texts, ElementsAre("bb"));
  behind_[1].Answer();
  EXPECT_EQ(second->completions(), 0);
  behind_[0].Answer();
  EXPECT_THAT(ValuesOf(first->Await()), ElementsAre(1));
  EXPECT_THAT(ValuesOf(second->Await()), ElementsAre(1, 2));
}

TEST_F(CachingPipelineTest, AFollowerTakesOverWhereItsLeaderFails) {
  const auto leader = Encode({"a"});
  const auto follower = Encode({"a"});
  const auto other = Encode({"a"});
  behind_[0].Fail(absl::CancelledError("the caller has gone"));
  EXPECT_THAT(leader->Await().status, StatusIs(absl::StatusCode::kCancelled));
  // One of the two computes, the other waits for it.
  ASSERT_EQ(behind_.size(), 2U);
  EXPECT_EQ(follower->completions() + other->completions(), 0);
  behind_[1].Answer();
  EXPECT_THAT(follower->Await().status, IsOk());
  EXPECT_THAT(other->Await().status, IsOk());
}

TEST_F(CachingPipelineTest, AnItemIsCountedOnceHoweverOftenItTakesOver) {
  std::vector<std::shared_ptr<PendingCall>> calls;
  for (int i = 0; i < 5; ++i) calls.push_back(Encode({"a"}));
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(behind_.size(), i + 1U);
    behind_[i].Fail(absl::ResourceExhaustedError("full"));
  }
  behind_[4].Answer();
  EXPECT_THAT(calls[4]->Await().status, IsOk());
  EXPECT_THAT(observer_.counts, ElementsAre(0, 1, 4));
}

TEST_F(CachingPipelineTest, ARefusedPersonDisturbsNoJobThatWaitsForAnother) {
  CallOptions bulk;
  bulk.priority = batching::Priority::kBulk;
  const auto job = Encode({"a"}, bulk);
  const auto person = Encode({"a"});
  const auto other_job = Encode({"a"}, bulk);
  ASSERT_EQ(behind_.size(), 2U);
  behind_[1].Fail(absl::ResourceExhaustedError("full"));
  EXPECT_THAT(person->Await().status,
              StatusIs(absl::StatusCode::kResourceExhausted));
  behind_[0].Answer();
  EXPECT_THAT(job->Await().status, IsOk());
  EXPECT_THAT(other_job->Await().status, IsOk());
  EXPECT_EQ(behind_.size(), 2U);
  EXPECT_THAT(observer_.counts, ElementsAre(0, 2, 1));
}

TEST_F(CachingPipelineTest, WhatMayWaitIsBoundedByMemoryAndNotByNumber) {
  std::vector<std::shared_ptr<PendingCall>> calls;
  for (int i = 0; i < 2000; ++i) calls.push_back(Encode({"a"}));
  EXPECT_EQ(behind_.size(), 1U);
  behind_[0].Answer();
  for (const auto& call : calls) EXPECT_THAT(call->Await().status, IsOk());
  const std::string large(size_t{1} << 20, 'a');
  Encode({large});
  Encode({large});
  EXPECT_EQ(behind_.size(), 2U);
  // There is no room for it to wait.
  const auto third = Encode({large});
  ASSERT_EQ(behind_.size(), 3U);
  behind_[1].Answer();
  behind_[2].Answer();
  EXPECT_THAT(third->Await().status, IsOk());
}

TEST_F(CachingPipelineTest, ADeadFollowerMakesRoomForTheNext) {
  Encode({"a"});
  CallOptions cancelled;
  cancelled.cancellation = std::make_shared<Cancellation>();
  const auto gone = Encode({"a"}, cancelled);
  const auto alive = Encode({"a"});
  cancelled.cancellation->Cancel();
  behind_[0].Fail(absl::InternalError("broken"));
  EXPECT_THAT(gone->Await().status, StatusIs(absl::StatusCode::kCancelled));
  ASSERT_EQ(behind_.size(), 2U);
  behind_[1].Answer();
  EXPECT_THAT(alive->Await().status, IsOk());
  EXPECT_EQ(behind_.size(), 2U);
}

TEST_F(CachingPipelineTest, ADeadFollowerDoesNotTakeOver) {
  const auto leader = Encode({"a"});
  CallOptions cancelled;
  cancelled.cancellation = std::make_shared<Cancellation>();
  const auto gone = Encode({"a"}, cancelled);
  CallOptions expiring;
  expiring.deadline = clock_.Now() + absl::Seconds(1);
  const auto late = Encode({"a"}, expiring);
  cancelled.cancellation->Cancel();
  clock_.Advance(absl::Seconds(1));
  behind_[0].Fail(absl::InternalError("broken"));
  EXPECT_THAT(gone->Await().status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(late->Await().status,
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(behind_.size(), 1U);
}

TEST_F(CachingPipelineTest, AnErrorIsNotKeptAndNamesTheItem) {
  Encode({"good"});
  behind_[0].Answer();
  const auto bad = Encode({"good", "bb", "bad"});
  behind_[1].Fail(absl::InvalidArgumentError("bad text"), 1);
  const CallResult result = bad->Await();
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(result.failed_item, 2);
  EXPECT_TRUE(result.items.empty());
  const auto again = Encode({"bad"});
  ASSERT_EQ(behind_.size(), 3U);
  behind_[2].Answer();
  EXPECT_THAT(again->Await().status, IsOk());
}

TEST_F(CachingPipelineTest, ItemsThatAreLostBehindItFailAndAreComputedAgain) {
  const auto lost = Encode({"a"});
  behind_.clear();
  EXPECT_THAT(lost->Await().status, StatusIs(absl::StatusCode::kInternal));
  const auto again = Encode({"a"});
  ASSERT_EQ(behind_.size(), 1U);
  behind_[0].Answer();
  EXPECT_THAT(again->Await().status, IsOk());
}

TEST_F(CachingPipelineTest, ACallThatNeedsNoRoomIsLetInAtOnce) {
  int admitted = 0;
  CallOptions options;
  options.on_admitted = [&admitted] { ++admitted; };
  Encode({"a"}, options);
  EXPECT_EQ(admitted, 0);
  behind_[0].options.on_admitted();
  behind_[0].Answer();
  Encode({"a"}, options);
  EXPECT_EQ(admitted, 2);
  // Where it takes over later, it waits for room and is not let in again.
  Encode({"bb"});
  Encode({"bb"}, options);
  EXPECT_EQ(admitted, 3);
  behind_[1].Fail(absl::InternalError("broken"));
  ASSERT_EQ(behind_.size(), 3U);
  ASSERT_TRUE(behind_[2].options.on_admitted);
  behind_[2].options.on_admitted();
  EXPECT_EQ(admitted, 3);
  behind_[2].Answer();
}

}  // namespace
}  // namespace clip::server
