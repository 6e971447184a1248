#ifndef SERVER_PIPELINE_EMBEDDING_CACHE_H_
#define SERVER_PIPELINE_EMBEDDING_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <unordered_map>
#include <variant>
#include <vector>

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
  // Gets what another call has computed; null where that call failed.
  using Waiter = std::function<void(const Embedding& embedding)>;

  // The caller must compute the item, then Fulfil or Abandon the key.
  struct Miss {};
  // The waiter will run.
  struct Merged {};
  using Found = std::variant<Embedding, Miss, Merged>;

  // At most `max_bytes` of embeddings with what it takes to find them, and
  // `max_waiters` waiters at a time: above it, items are computed twice.
  EmbeddingCache(size_t max_bytes, int max_waiters, PipelineObserver& observer);

  // An item is merged only with one of its own or a higher priority: a person
  // does not wait for a job.
  Found Look(const ContentKey& key, batching::Priority priority, Waiter waiter);

  // Keeps the embedding and hands it to the key's waiters.
  void Fulfil(const ContentKey& key, Embedding embedding);
  // Tells the key's waiters that there is no embedding; nothing is kept.
  void Abandon(const ContentKey& key);

  size_t bytes() const;

 private:
  struct Entry {
    ContentKey key;
    Embedding embedding;
    size_t bytes = 0;
  };
  // An item that is being computed, by more than one call where priorities or
  // max_waiters forbade to merge.
  struct Computation {
    // The highest of those calls.
    batching::Priority priority = batching::Priority::kBulk;
    int calls = 0;
    std::vector<Waiter> waiters;
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
  // One call has done with the key: the waiters are its to tell.
  std::vector<Waiter> EndComputation(Shard& shard, const ContentKey& key)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mutex);
  void Tell(const std::vector<Waiter>& waiters, const Embedding& embedding);

  const size_t max_shard_bytes_;
  const int max_waiters_;
  PipelineObserver& observer_;
  std::atomic<int> waiters_{0};
  std::array<Shard, kShards> shards_;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_EMBEDDING_CACHE_H_
