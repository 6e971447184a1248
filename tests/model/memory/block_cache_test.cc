#include "model/memory/block_cache.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

namespace clip::model {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

uintptr_t Value(const void* address) {
  return reinterpret_cast<uintptr_t>(address);
}

TEST(BlockCacheTest, GivesMemoryThatCanBeWrittenToItsEnd) {
  BlockCache cache;
  for (const size_t bytes : {size_t{1}, kMiB, 3 * kMiB + 5}) {
    auto* const block = static_cast<char*>(cache.Take(bytes));
    ASSERT_NE(block, nullptr);
    std::memset(block, 7, bytes);
    EXPECT_EQ(block[bytes - 1], 7);
    EXPECT_TRUE(cache.Return(block));
  }
}

TEST(BlockCacheTest, UsesAReturnedBlockAgain) {
  BlockCache cache;
  void* const block = cache.Take(4 * kMiB);
  EXPECT_TRUE(cache.Return(block));
  EXPECT_EQ(cache.free_bytes(), 4 * kMiB);
  EXPECT_EQ(cache.Take(3 * kMiB), block);
  EXPECT_EQ(cache.free_bytes(), 0);
  EXPECT_TRUE(cache.Return(block));
}

TEST(BlockCacheTest, TakesTheSmallestBlockThatFits) {
  BlockCache cache;
  void* const large = cache.Take(5 * kMiB);
  void* const small = cache.Take(4 * kMiB);
  cache.Return(small);
  cache.Return(large);
  EXPECT_EQ(cache.Take(4 * kMiB), small);
  cache.Return(small);
}

TEST(BlockCacheTest, WastesNoBlockOnLessThanHalfOfIt) {
  BlockCache cache;
  void* const block = cache.Take(8 * kMiB);
  cache.Return(block);
  void* const other = cache.Take(3 * kMiB);
  EXPECT_NE(other, block);
  EXPECT_EQ(cache.free_bytes(), 8 * kMiB);
  cache.Return(other);
}

TEST(BlockCacheTest, NeverGivesOneBlockTwice) {
  BlockCache cache;
  void* const first = cache.Take(kMiB);
  void* const second = cache.Take(kMiB);
  EXPECT_NE(first, second);
  cache.Return(first);
  cache.Return(second);
}

TEST(BlockCacheTest, AlignsLargeBlocksToHugePages) {
  BlockCache cache;
  std::vector<void*> blocks;
  for (const size_t bytes : {2 * kMiB, 7 * kMiB, 5 * kMiB + 1}) {
    blocks.push_back(cache.Take(bytes));
    EXPECT_EQ(Value(blocks.back()) % (2 * kMiB), 0) << bytes;
  }
  for (void* block : blocks) cache.Return(block);
}

TEST(BlockCacheTest, GivesBackWhatIsNotUsedAnyMore) {
  BlockCache cache;
  cache.Return(cache.Take(8 * kMiB));
  for (uint64_t i = 0; i < BlockCache::kKeep; ++i) {
    cache.Return(cache.Take(kMiB));
  }
  EXPECT_EQ(cache.free_bytes(), 9 * kMiB);
  cache.Return(cache.Take(kMiB));
  EXPECT_EQ(cache.free_bytes(), kMiB);
}

TEST(BlockCacheTest, GivesAllFreeBlocksBackWhenAsked) {
  BlockCache cache;
  void* const taken = cache.Take(kMiB);
  cache.Return(cache.Take(2 * kMiB));
  cache.ReleaseFree();
  EXPECT_EQ(cache.free_bytes(), 0);
  std::memset(taken, 1, kMiB);
  EXPECT_TRUE(cache.Return(taken));
}

TEST(BlockCacheTest, KnowsOnlyItsOwnBlocks) {
  BlockCache cache;
  int other = 0;
  EXPECT_FALSE(cache.Return(&other));
  EXPECT_FALSE(cache.Return(nullptr));
  void* const block = cache.Take(kMiB);
  EXPECT_FALSE(cache.Return(static_cast<char*>(block) + 4096));
  EXPECT_TRUE(cache.Return(block));
  EXPECT_FALSE(cache.Return(block));
}

TEST(BlockCacheTest, IsNullWhereThereIsNoMemory) {
  BlockCache cache;
  EXPECT_EQ(cache.Take(std::numeric_limits<size_t>::max() / 2), nullptr);
  EXPECT_EQ(cache.Take(std::numeric_limits<size_t>::max()), nullptr);
}

TEST(BlockCacheTest, ServesSeveralThreads) {
  BlockCache cache;
  const auto work = [&cache](char mark) {
    for (size_t i = 1; i <= 200; ++i) {
      const size_t bytes = (i % 3 + 1) * kMiB / 2;
      auto* const block = static_cast<char*>(cache.Take(bytes));
      block[0] = mark;
      block[bytes - 1] = mark;
      EXPECT_EQ(block[0] + block[bytes - 1], 2 * mark);
      EXPECT_TRUE(cache.Return(block));
    }
  };
  std::vector<std::thread> threads;
  for (const char mark : {1, 2, 3}) threads.emplace_back(work, mark);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace clip::model
