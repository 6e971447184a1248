#ifndef SERVER_PIPELINE_CACHING_PIPELINE_H_
#define SERVER_PIPELINE_CACHING_PIPELINE_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "model/encoder.h"
#include "server/batching/clock.h"
#include "server/pipeline/content_hasher.h"
#include "server/pipeline/embedding_cache.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/pipeline/pipeline_observer.h"

namespace clip::server {

// A pipeline that computes no item twice that it remembers, and none twice at
// the same time. Of each call, only the items that are neither kept nor being
// computed go on to the pipeline behind it, as one call with its options.
//
// An item that waits for another call's result costs no place in the queue.
// Where the last call that computes it fails, is cancelled or too late, one of
// those that wait takes over for its own call, and the others wait for it:
// nobody fails for somebody else's sake, and no error is kept. What is kept is
// the embedding as the model gave it, so that the options of a call (format,
// dimensions) split no entry.
//
// Thread-safe. Owns the pipeline behind it; `clock` and `observer` must
// outlive it. Its destruction waits for the calls as that pipeline's does.
class CachingPipeline final : public EmbeddingPipeline {
 public:
  struct Options {
    // Bytes of embeddings that are kept: some 2.2 kB each of 512 dimensions.
    size_t max_bytes = size_t{64} << 20;
    // Bytes of the items that wait for another call at a time, and 256 more for
    // each. Beyond them an item goes on like one that nobody computes. Higher
    // spares more work where many want the same, and needs that memory.
    size_t max_waiting_bytes = size_t{256} << 20;
  };

  // `model` tells what embeddings depend on beside the item. INTERNAL where
  // there is no hash.
  static absl::StatusOr<std::unique_ptr<CachingPipeline>> Create(
      const Options& options, const model::ModelInfo& model,
      std::unique_ptr<EmbeddingPipeline> behind, batching::Clock& clock,
      PipelineObserver& observer);

  void Encode(std::vector<PipelineItem> items, CallOptions options,
              Done done) override;

 private:
  class Call;

  CachingPipeline(const Options& options, std::unique_ptr<ContentHasher> hasher,
                  std::unique_ptr<EmbeddingPipeline> behind,
                  batching::Clock& clock, PipelineObserver& observer);

  const std::unique_ptr<ContentHasher> hasher_;
  batching::Clock& clock_;
  EmbeddingCache cache_;
  // Last: its end runs completions, which use all of the above.
  const std::unique_ptr<EmbeddingPipeline> behind_;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_CACHING_PIPELINE_H_
