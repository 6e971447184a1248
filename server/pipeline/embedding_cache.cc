#include "server/pipeline/embedding_cache.h"

#include <algorithm>
#include <utility>

namespace clip::server {
namespace {

// Of an entry beside its embedding: list node, index node and control blocks.
constexpr size_t kEntryOverhead = 192;

size_t BytesOf(const EncodedItem& item) {
  return item.embedding.capacity() * sizeof(float) + sizeof(EncodedItem) +
         kEntryOverhead;
}

}  // namespace

EmbeddingCache::EmbeddingCache(size_t max_bytes, int max_waiters,
                               PipelineObserver& observer)
    : max_shard_bytes_(max_bytes / kShards),
      max_waiters_(max_waiters),
      observer_(observer) {}

EmbeddingCache::Found EmbeddingCache::Look(const ContentKey& key,
                                           batching::Priority priority,
                                           Waiter waiter) {
  Shard& shard = ShardOf(key);
  Found found;
  {
    batching::MutexLock lock(shard.mutex);
    found = LookIn(shard, key, priority, waiter);
  }
  if (std::holds_alternative<Embedding>(found)) {
    observer_.OnCacheLookup(CacheResult::kHit);
  } else if (std::holds_alternative<Merged>(found)) {
    observer_.OnCacheLookup(CacheResult::kMerge);
  } else {
    observer_.OnCacheLookup(CacheResult::kMiss);
  }
  return found;
}

EmbeddingCache::Found EmbeddingCache::LookIn(Shard& shard,
                                             const ContentKey& key,
                                             batching::Priority priority,
                                             Waiter& waiter) {
  const auto kept = shard.index.find(key);
  if (kept != shard.index.end()) {
    shard.entries.splice(shard.entries.begin(), shard.entries, kept->second);
    return kept->second->embedding;
  }
  Computation& computation = shard.computations[key];
  const bool is_as_urgent = computation.priority <= priority;
  const bool may_wait = waiters_.load(std::memory_order_relaxed) < max_waiters_;
  if (computation.calls > 0 && is_as_urgent && may_wait) {
    waiters_.fetch_add(1, std::memory_order_relaxed);
    computation.waiters.push_back(std::move(waiter));
    return Merged();
  }
  ++computation.calls;
  computation.priority = std::min(computation.priority, priority);
  return Miss();
}

void EmbeddingCache::Fulfil(const ContentKey& key, Embedding embedding) {
  Shard& shard = ShardOf(key);
  std::vector<Waiter> waiters;
  int64_t change = 0;
  {
    batching::MutexLock lock(shard.mutex);
    const size_t before = shard.bytes;
    Insert(shard, key, embedding);
    Evict(shard);
    change = static_cast<int64_t>(shard.bytes) - static_cast<int64_t>(before);
    waiters = EndComputation(shard, key);
  }
  observer_.OnCacheChanged(change);
  Tell(waiters, embedding);
}

void EmbeddingCache::Insert(Shard& shard, const ContentKey& key,
                            const Embedding& embedding) {
  const size_t bytes = BytesOf(*embedding);
  // Another call may have computed it as well.
  if (bytes > max_shard_bytes_ || shard.index.count(key) > 0) return;
  shard.entries.push_front({key, embedding, bytes});
  shard.index.emplace(key, shard.entries.begin());
  shard.bytes += bytes;
}

void EmbeddingCache::Evict(Shard& shard) {
  while (shard.bytes > max_shard_bytes_) {
    const Entry& oldest = shard.entries.back();
    shard.bytes -= oldest.bytes;
    shard.index.erase(oldest.key);
    shard.entries.pop_back();
  }
}

void EmbeddingCache::Abandon(const ContentKey& key) {
  Shard& shard = ShardOf(key);
  std::vector<Waiter> waiters;
  {
    batching::MutexLock lock(shard.mutex);
    waiters = EndComputation(shard, key);
  }
  Tell(waiters, nullptr);
}

std::vector<EmbeddingCache::Waiter> EmbeddingCache::EndComputation(
    Shard& shard, const ContentKey& key) {
  const auto found = shard.computations.find(key);
  std::vector<Waiter> waiters = std::move(found->second.waiters);
  found->second.waiters.clear();
  if (--found->second.calls == 0) shard.computations.erase(found);
  return waiters;
}

void EmbeddingCache::Tell(const std::vector<Waiter>& waiters,
                          const Embedding& embedding) {
  waiters_.fetch_sub(static_cast<int>(waiters.size()),
                     std::memory_order_relaxed);
  for (const Waiter& waiter : waiters) waiter(embedding);
}

size_t EmbeddingCache::bytes() const {
  size_t bytes = 0;
  for (const Shard& shard : shards_) {
    batching::MutexLock lock(shard.mutex);
    bytes += shard.bytes;
  }
  return bytes;
}

}  // namespace clip::server
