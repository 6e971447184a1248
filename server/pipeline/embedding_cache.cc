#include "server/pipeline/embedding_cache.h"

#include <new>
#include <utility>

namespace clip::server {
namespace {

using batching::kPriorities;
using batching::Priority;

// Of an entry beside its embedding: list node, index node and control blocks.
constexpr size_t kEntryOverhead = 192;

size_t BytesOf(const EncodedItem& item) {
  return item.embedding.capacity() * sizeof(float) + sizeof(EncodedItem) +
         kEntryOverhead;
}

}  // namespace

EmbeddingCache::EmbeddingCache(size_t max_bytes, size_t max_waiting_bytes,
                               PipelineObserver& observer)
    : max_shard_bytes_(max_bytes / kShards),
      max_waiting_bytes_(max_waiting_bytes),
      observer_(observer) {}

EmbeddingCache::Found EmbeddingCache::Look(const ContentKey& key,
                                           Priority priority, Waiter waiter) {
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
                                             Priority priority,
                                             Waiter& waiter) {
  const auto kept = shard.index.find(key);
  if (kept != shard.index.end()) {
    shard.entries.splice(shard.entries.begin(), shard.entries, kept->second);
    return kept->second->embedding;
  }
  Computation& computation = shard.computations[key];
  const bool has_room =
      waiting_bytes_.load(std::memory_order_relaxed) + waiter.bytes <=
      max_waiting_bytes_;
  if (computation.CallsFor(priority) > 0 && has_room) {
    waiting_bytes_.fetch_add(waiter.bytes, std::memory_order_relaxed);
    computation.waiters[priority].push_back(std::move(waiter));
    return Merged();
  }
  ++computation.calls[priority];
  return Miss();
}

int EmbeddingCache::Computation::CallsFor(Priority priority) const {
  int count = 0;
  for (const Priority other : kPriorities) {
    if (other <= priority) count += calls[other];
  }
  return count;
}

void EmbeddingCache::Fulfil(const ContentKey& key, Priority priority,
                            const Embedding& embedding) {
  Shard& shard = ShardOf(key);
  std::list<Waiter> waiters;
  int64_t change = 0;
  {
    batching::MutexLock lock(shard.mutex);
    const size_t before = shard.bytes;
    try {
      Insert(shard, key, embedding);
    } catch (const std::bad_alloc&) {
      // Not kept; those who wait get it all the same.
    }
    Evict(shard);
    change = static_cast<int64_t>(shard.bytes) - static_cast<int64_t>(before);
    waiters = TakeWaiters(shard, key, priority);
  }
  observer_.OnCacheChanged(change);
  for (const Waiter& waiter : waiters) waiter.tell(embedding);
}

void EmbeddingCache::Insert(Shard& shard, const ContentKey& key,
                            const Embedding& embedding) {
  const size_t bytes = BytesOf(*embedding);
  // Another call may have computed it as well.
  if (bytes > max_shard_bytes_ || shard.index.count(key) > 0) return;
  // Both or neither, should memory run out.
  std::list<Entry> entry;
  entry.push_front({key, embedding, bytes});
  shard.index.emplace(key, entry.begin());
  shard.entries.splice(shard.entries.begin(), entry);
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

void EmbeddingCache::Abandon(const ContentKey& key, Priority priority) {
  Shard& shard = ShardOf(key);
  // This call counts until nobody is left whose turn it is. So a waiter that is
  // refused at once, and abandons the key within this loop, only returns to it:
  // a thousand of them need no deeper stack than one.
  while (true) {
    std::optional<Waiter> next;
    {
      batching::MutexLock lock(shard.mutex);
      next = TakeNext(shard, key, priority);
    }
    if (!next) return;
    next->tell(nullptr);
  }
}

std::list<EmbeddingCache::Waiter> EmbeddingCache::TakeWaiters(
    Shard& shard, const ContentKey& key, Priority priority) {
  Computation& computation = shard.computations.find(key)->second;
  std::list<Waiter> waiters;
  for (const Priority each : kPriorities) {
    waiters.splice(waiters.end(), computation.waiters[each]);
  }
  for (const Waiter& waiter : waiters) {
    waiting_bytes_.fetch_sub(waiter.bytes, std::memory_order_relaxed);
  }
  EndCall(shard, key, priority);
  return waiters;
}

std::optional<EmbeddingCache::Waiter> EmbeddingCache::TakeNext(
    Shard& shard, const ContentKey& key, Priority priority) {
  Computation& computation = shard.computations.find(key)->second;
  for (const Priority each : kPriorities) {
    std::list<Waiter>& waiters = computation.waiters[each];
    // The more urgent never waited for this call.
    if (each < priority || waiters.empty()) continue;
    if (computation.CallsFor(each) > 1) continue;
    Waiter next = std::move(waiters.front());
    waiters.pop_front();
    waiting_bytes_.fetch_sub(next.bytes, std::memory_order_relaxed);
    ++computation.calls[each];
    return next;
  }
  EndCall(shard, key, priority);
  return std::nullopt;
}

void EmbeddingCache::EndCall(Shard& shard, const ContentKey& key,
                             Priority priority) {
  const auto found = shard.computations.find(key);
  --found->second.calls[priority];
  if (found->second.CallsFor(Priority::kBulk) > 0) return;
  shard.computations.erase(found);
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
