#include "server/pipeline/embedding_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace clip::server {
namespace {

using batching::Priority;
using ::testing::ElementsAre;
using Embedding = EmbeddingCache::Embedding;

constexpr size_t kDimensions = 128;
// More than one entry of kDimensions floats needs.
constexpr size_t kEntryBytes = 800;
constexpr size_t kWaiterBytes = 100;

class CountingObserver final : public PipelineObserver {
 public:
  void OnCacheLookup(CacheResult result) override {
    ++counts[static_cast<size_t>(result)];
  }
  void OnCacheChanged(int64_t delta) override { bytes += delta; }

  int count(CacheResult result) const {
    return counts[static_cast<size_t>(result)];
  }
  std::array<int, 3> counts = {};
  int64_t bytes = 0;
};

// Keys of one shard, so that its limit is known.
ContentKey Key(uint64_t number) { return {number, 0}; }

Embedding Value(float value) {
  auto item = std::make_shared<EncodedItem>();
  item->embedding.assign(kDimensions, value);
  return item;
}

class EmbeddingCacheTest : public ::testing::Test {
 protected:
  // Room for three entries in the shard, and for two that wait.
  EmbeddingCacheTest()
      : cache_(size_t{8} * 3 * kEntryBytes, 2 * kWaiterBytes, observer_) {}

  EmbeddingCache::Found Look(const ContentKey& key,
                             Priority priority = Priority::kInteractive) {
    return cache_.Look(key, priority,
                       {kWaiterBytes, [this](const Embedding& embedding) {
                          told_.push_back(embedding);
                        }});
  }
  void Fulfil(const ContentKey& key, const Embedding& embedding,
              Priority priority = Priority::kInteractive) {
    cache_.Fulfil(key, priority, embedding);
  }
  void Abandon(const ContentKey& key,
               Priority priority = Priority::kInteractive) {
    cache_.Abandon(key, priority);
  }
  bool IsMiss(const ContentKey& key,
              Priority priority = Priority::kInteractive) {
    return std::holds_alternative<EmbeddingCache::Miss>(Look(key, priority));
  }
  bool IsMerged(const ContentKey& key,
                Priority priority = Priority::kInteractive) {
    return std::holds_alternative<EmbeddingCache::Merged>(Look(key, priority));
  }
  // The first value of what is kept, or nothing.
  std::optional<float> Kept(const ContentKey& key) {
    const auto found = Look(key);
    const auto* kept = std::get_if<Embedding>(&found);
    if (kept != nullptr) return (*kept)->embedding[0];
    Abandon(key);
    return std::nullopt;
  }
  void Put(uint64_t number) {
    ASSERT_TRUE(IsMiss(Key(number)));
    Fulfil(Key(number), Value(static_cast<float>(number)));
  }

  CountingObserver observer_;
  EmbeddingCache cache_;
  std::vector<Embedding> told_;
};

TEST_F(EmbeddingCacheTest, KeepsWhatWasComputed) {
  EXPECT_TRUE(IsMiss(Key(7)));
  Fulfil(Key(7), Value(7));
  EXPECT_EQ(Kept(Key(7)), 7.0F);
  EXPECT_EQ(observer_.count(CacheResult::kMiss), 1);
  EXPECT_EQ(observer_.count(CacheResult::kHit), 1);
}

TEST_F(EmbeddingCacheTest, TheLeastRecentlyUsedGoesFirst) {
  for (const uint64_t number : {1, 2, 3}) Put(number);
  EXPECT_TRUE(Kept(Key(1)).has_value());
  Put(4);
  EXPECT_FALSE(Kept(Key(2)).has_value());
  for (const uint64_t number : {1, 3, 4}) {
    EXPECT_TRUE(Kept(Key(number)).has_value()) << number;
  }
}

TEST_F(EmbeddingCacheTest, StaysWithinItsBytesAndReportsThem) {
  for (uint64_t number = 0; number < 100; ++number) {
    Put(number);
    EXPECT_LE(cache_.bytes(), 3 * kEntryBytes);
    EXPECT_EQ(static_cast<int64_t>(cache_.bytes()), observer_.bytes);
  }
  EXPECT_GT(cache_.bytes(), 2 * kDimensions * sizeof(float));
}

TEST_F(EmbeddingCacheTest, DoesNotKeepWhatIsLargerThanAShard) {
  ASSERT_TRUE(IsMiss(Key(1)));
  auto large = std::make_shared<EncodedItem>();
  large->embedding.resize(kEntryBytes);
  Fulfil(Key(1), std::move(large));
  EXPECT_EQ(cache_.bytes(), 0U);
}

TEST_F(EmbeddingCacheTest, ThoseWhoComeMeanwhileGetTheSameEmbedding) {
  ASSERT_TRUE(IsMiss(Key(1)));
  EXPECT_TRUE(IsMerged(Key(1)));
  EXPECT_TRUE(IsMerged(Key(1)));
  EXPECT_TRUE(told_.empty());
  Fulfil(Key(1), Value(5));
  ASSERT_EQ(told_.size(), 2U);
  EXPECT_EQ(told_[0]->embedding[0], 5.0F);
  EXPECT_EQ(observer_.count(CacheResult::kMerge), 2);
}

TEST_F(EmbeddingCacheTest, AFailureIsNotKeptAndOneOfThoseWhoWaitTakesOver) {
  ASSERT_TRUE(IsMiss(Key(1)));
  ASSERT_TRUE(IsMerged(Key(1)));
  ASSERT_TRUE(IsMerged(Key(1)));
  Abandon(Key(1));
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0], nullptr);
  Abandon(Key(1));
  ASSERT_EQ(told_.size(), 2U);
  EXPECT_EQ(told_[1], nullptr);
  Abandon(Key(1));
  EXPECT_TRUE(IsMiss(Key(1)));
}

TEST_F(EmbeddingCacheTest, ThoseWhoWaitStayWhileAnotherCallComputesTheItem) {
  ASSERT_TRUE(IsMiss(Key(1), Priority::kBulk));
  ASSERT_TRUE(IsMiss(Key(1), Priority::kInteractive));
  ASSERT_TRUE(IsMerged(Key(1), Priority::kBulk));
  Abandon(Key(1), Priority::kInteractive);
  EXPECT_TRUE(told_.empty());
  Fulfil(Key(1), Value(5), Priority::kBulk);
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0]->embedding[0], 5.0F);
}

TEST_F(EmbeddingCacheTest, APersonIsNotLeftToAJob) {
  ASSERT_TRUE(IsMiss(Key(1), Priority::kBulk));
  ASSERT_TRUE(IsMiss(Key(1), Priority::kInteractive));
  ASSERT_TRUE(IsMerged(Key(1), Priority::kInteractive));
  Abandon(Key(1), Priority::kInteractive);
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0], nullptr);
  // Nor does the next who comes wait for the job alone.
  Abandon(Key(1), Priority::kInteractive);
  EXPECT_TRUE(IsMiss(Key(1), Priority::kInteractive));
  Fulfil(Key(1), Value(1));
  Fulfil(Key(1), Value(1), Priority::kBulk);
}

TEST_F(EmbeddingCacheTest, APersonTakesOverBeforeAJobThatCameFirst) {
  ASSERT_TRUE(IsMiss(Key(1), Priority::kInteractive));
  std::vector<Priority> turns;
  for (const Priority priority : {Priority::kBulk, Priority::kInteractive}) {
    const auto take_turn = [&turns, priority](const Embedding&) {
      turns.push_back(priority);
    };
    cache_.Look(Key(1), priority, {kWaiterBytes, take_turn});
  }
  Abandon(Key(1), Priority::kInteractive);
  EXPECT_THAT(turns, ElementsAre(Priority::kInteractive));
  Abandon(Key(1), Priority::kInteractive);
  EXPECT_THAT(turns, ElementsAre(Priority::kInteractive, Priority::kBulk));
  Abandon(Key(1), Priority::kBulk);
  EXPECT_TRUE(IsMiss(Key(1), Priority::kInteractive));
}

TEST_F(EmbeddingCacheTest, ThoseWhoGiveUpAtOnceAreFollowedOnOneStack) {
  EmbeddingCache cache(8 * kEntryBytes, 100, observer_);
  const EmbeddingCache::Waiter no_waiter = {1, nullptr};
  cache.Look(Key(1), Priority::kInteractive, no_waiter);
  int turns = 0;
  int depth = 0;
  for (int i = 0; i < 100; ++i) {
    const auto give_up = [&](const Embedding& embedding) {
      EXPECT_EQ(embedding, nullptr);
      EXPECT_EQ(++depth, 1);
      ++turns;
      cache.Abandon(Key(1), Priority::kInteractive);
      --depth;
    };
    cache.Look(Key(1), Priority::kInteractive, {1, give_up});
  }
  cache.Abandon(Key(1), Priority::kInteractive);
  EXPECT_EQ(turns, 100);
  EXPECT_TRUE(std::holds_alternative<EmbeddingCache::Miss>(
      cache.Look(Key(1), Priority::kInteractive, no_waiter)));
}

TEST_F(EmbeddingCacheTest, APersonDoesNotWaitForAJob) {
  ASSERT_TRUE(IsMiss(Key(1), Priority::kBulk));
  EXPECT_TRUE(IsMerged(Key(1), Priority::kBulk));
  EXPECT_TRUE(IsMiss(Key(1), Priority::kInteractive));
  // But with the other person, and the job with either.
  EXPECT_TRUE(IsMerged(Key(1), Priority::kInteractive));
  Fulfil(Key(1), Value(1), Priority::kBulk);
  EXPECT_EQ(told_.size(), 2U);
  Fulfil(Key(1), Value(1), Priority::kInteractive);
  EXPECT_EQ(Kept(Key(1)), 1.0F);
}

TEST_F(EmbeddingCacheTest, ComputesTwiceWhereTooManyWait) {
  ASSERT_TRUE(IsMiss(Key(1)));
  EXPECT_TRUE(IsMerged(Key(1)));
  EXPECT_TRUE(IsMerged(Key(1)));
  EXPECT_TRUE(IsMiss(Key(1)));
  Abandon(Key(1));
  EXPECT_TRUE(told_.empty());
  Fulfil(Key(1), Value(1));
  EXPECT_EQ(told_.size(), 2U);
  EXPECT_EQ(Kept(Key(1)), 1.0F);
  ASSERT_TRUE(IsMiss(Key(2)));
  EXPECT_TRUE(IsMerged(Key(2)));
  Fulfil(Key(2), Value(2));
}

}  // namespace
}  // namespace clip::server
