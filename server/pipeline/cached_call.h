#ifndef SERVER_PIPELINE_CACHED_CALL_H_
#define SERVER_PIPELINE_CACHED_CALL_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "server/batching/clock.h"
#include "server/batching/mutex.h"
#include "server/pipeline/content_hasher.h"
#include "server/pipeline/embedding_cache.h"
#include "server/pipeline/embedding_pipeline.h"

namespace clip::server {

// One call of a CachingPipeline: its items come from the cache, from calls that
// compute them at the moment, and from the pipeline behind. It ends when the
// last of them is there, or has failed.
//
// Thread-safe. Held by the callbacks of its items.
class CachedCall : public std::enable_shared_from_this<CachedCall> {
 public:
  struct Parts {
    std::vector<PipelineItem> items;
    // Of the items, in order.
    std::vector<ContentKey> keys;
    // `deadline` is a wall time.
    CallOptions options;
    EmbeddingPipeline::Done done;
  };

  // The references must outlive the call.
  CachedCall(Parts parts, EmbeddingCache& cache, EmbeddingPipeline& behind,
             batching::Clock& clock);

  // Looks up every item and starts what is missing. Called once.
  void Start();

 private:
  class Computation;

  // Adds the item to `computation` where it is this call's to compute.
  void Look(size_t index, Computation& computation);
  // `options.request_bytes`: beside the items.
  void Compute(std::shared_ptr<Computation> computation, CallOptions options);
  void OnComputed(const std::vector<size_t>& indices, CallResult result);
  // Another call has computed the item, or has failed to: it is this one's
  // turn then.
  void OnMerged(size_t index, const EmbeddingCache::Embedding& embedding);
  // Whether nobody needs the call's items any more; fails it then.
  bool IsDead();
  // Where memory is short, the call fails.
  void Keep(size_t index, const EncodedItem& item);
  // Hands the item to the cache and to those who wait for it; where memory is
  // short, it is theirs to compute.
  void Fulfil(size_t index, EncodedItem item);
  void Fail(absl::Status status);
  // `count` parts of the work have ended; the last ends the call.
  void EndParts(size_t count);

  Parts parts_;
  EmbeddingCache& cache_;
  EmbeddingPipeline& behind_;
  batching::Clock& clock_;
  // What the message has beside its items.
  const size_t bytes_beside_;

  mutable batching::Mutex mutex_;
  CallResult result_ ABSL_GUARDED_BY(mutex_);
  // Items that are not there yet, and one for Start.
  size_t parts_left_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_CACHED_CALL_H_
