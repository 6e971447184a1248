#ifndef SERVER_PIPELINE_EMBEDDING_CACHE_H_
#define SERVER_PIPELINE_EMBEDDING_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>

#include "server/batching/mutex.h"
#include "server/batching/priority.h"
#include "server/pipeline/content_hasher.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/pipeline/pipeline_observer.h"

namespace clip::server {

// Embeddings by content, and those that are being computed. The least recently
// used goes when a part of the cache is full.
//
// Thread-safe: a lock for each of a few shards, held for a lookup or an
// insertion; no waiter and no observer runs under it. `observer` must outlive
// it.
class EmbeddingCache {
 public:
  using Embedding = std::shared_ptr<const EncodedItem>;
  struct Waiter {
    // Memory that waits with it.
    size_t bytes = 0;
    // Gets what another call has computed. Null where nobody computes it any
    // more: it is then this waiter's turn, as after a Miss.
    std::function<void(const Embedding& embedding)> tell;
  };

  // The caller must compute the item, then Fulfil or Abandon the key with the
  // priority that it looked it up with.
  struct Miss {};
  // The waiter will be told.
  struct Merged {};
  using Found = std::variant<Embedding, Miss, Merged>;

  // At most `max_bytes` of embeddings with what it takes to find them, and
  // `max_waiting_bytes` of waiters at a time: above it, an item is a Miss
  // though others compute it.
  EmbeddingCache(size_t max_bytes, size_t max_waiting_bytes,
                 PipelineObserver& observer);

  // An item is merged only with one of its own or a higher priority: a person
  // does not wait for a job. Called once for each item.
  Found Look(const ContentKey& key, batching::Priority priority, Waiter waiter);

  // Keeps the embedding, where there is memory for it, and hands it to the
  // key's waiters.
  void Fulfil(const ContentKey& key, batching::Priority priority,
              const Embedding& embedding);
  // There is no embedding; nothing is kept. Where no other call computes the
  // item for those who wait, it is the turn of one of them, the most urgent
  // first. One that abandons it while it is told is followed by the next.
  void Abandon(const ContentKey& key, batching::Priority priority);

  size_t bytes() const;

 private:
  struct Entry {
    ContentKey key;
    Embedding embedding;
    size_t bytes = 0;
  };
  // An item that is being computed, by more than one call where priorities or
  // max_waiting_bytes forbade to merge.
  struct Computation {
    batching::PerPriority<int> calls;
    // The first to come first. None without a call that it may wait for.
    batching::PerPriority<std::list<Waiter>> waiters;

    // The calls that an item of this priority may wait for.
    int CallsFor(batching::Priority priority) const;
  };
  // The keys are random already.
  struct HashKey {
    size_t operator()(const ContentKey& key) const { return key.high; }
  };
  template <typename T>
  using KeyMap = std::unordered_map<ContentKey, T, HashKey>;
  struct Shard {
    mutable batching::Mutex mutex;
    // The most recently used first.
    std::list<Entry> entries ABSL_GUARDED_BY(mutex);
    KeyMap<std::list<Entry>::iterator> index ABSL_GUARDED_BY(mutex);
    KeyMap<Computation> computations ABSL_GUARDED_BY(mutex);
    size_t bytes ABSL_GUARDED_BY(mutex) = 0;
  };

  static constexpr size_t kShards = 8;

  Shard& ShardOf(const ContentKey& key) { return shards_[key.low % kShards]; }
  Found LookIn(Shard& shard, const ContentKey& key, batching::Priority priority,
               Waiter& waiter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  void Insert(Shard& shard, const ContentKey& key, const Embedding& embedding)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  void Evict(Shard& shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  // The waiters, which are the caller's to tell; a call is done with the key.
  std::list<Waiter> TakeWaiters(Shard& shard, const ContentKey& key,
                                batching::Priority priority)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  // The waiter whose turn it is, or nothing, and a call is done with the key.
  std::optional<Waiter> TakeNext(Shard& shard, const ContentKey& key,
                                 batching::Priority priority)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  void EndCall(Shard& shard, const ContentKey& key, batching::Priority priority)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);

  const size_t max_shard_bytes_;
  const size_t max_waiting_bytes_;
  PipelineObserver& observer_;
  std::atomic<size_t> waiting_bytes_{0};
  std::array<Shard, kShards> shards_;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_EMBEDDING_CACHE_H_
