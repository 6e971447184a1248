#ifndef SERVER_PIPELINE_BATCHING_PIPELINE_H_
#define SERVER_PIPELINE_BATCHING_PIPELINE_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/encoder.h"
#include "model/load_model.h"
#include "server/batching/clock.h"
#include "server/pipeline/batching_pipeline_options.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/pipeline/pipeline_observer.h"

namespace clip::server {

// The pipeline of one model: admission, decode pool, queue, batches, and an
// encoder on each of its devices, of which the next free one takes a batch.
//
//   admit all items of a call, or none
//   -> decode or tokenize each in the pool; one bad item fails the call
//   -> queue all its rows, which ride in batches with the rows of other calls
//   -> when the last row is back: done
//
// Thread-safe. Owns the model and its threads; `clock` and `observer` must
// outlive it. A `done` callback runs on one of its threads and holds up the
// work behind it, so it should only hand the result on.
class BatchingPipeline final : public EmbeddingPipeline {
 public:
  // INVALID_ARGUMENT for an option that makes no sense, naming it.
  static absl::StatusOr<std::unique_ptr<BatchingPipeline>> Create(
      model::LoadedModel model, const BatchingPipelineOptions& options,
      batching::Clock& clock, PipelineObserver& observer);

  // Ends as Drain with a deadline in the past does. Waits for the forward
  // pass that runs.
  ~BatchingPipeline() override;

  void Encode(std::vector<PipelineItem> items, CallOptions options,
              Done done) override;

  // Runs batches of one row, more rows and max_batch_size rows through each
  // tower, on every thread and device that will run the calls. Blocks until
  // they are done; a batch that takes long is the last.
  // An error is the model's own, or INTERNAL for rows that are not finite.
  absl::Status WarmUp();

  // Refuses new calls with UNAVAILABLE, then waits until every accepted call
  // has been answered and its `done` has returned. At `deadline`, a time on
  // the pipeline's clock, the calls that are left are answered UNAVAILABLE
  // (those inside a forward pass when it ends) and DEADLINE_EXCEEDED is
  // returned. May be called again.
  absl::Status Drain(absl::Time deadline);

  const model::ModelInfo& model_info() const;

  // The time when a batch last ended or, before the first, of creation.
  absl::Time last_progress() const;

  // True where a forward pass has been running for longer than stuck_after.
  bool IsStuck(absl::Time now) const;

  // Batches in a row that failed as a whole although no item was to blame, on
  // the device where there were most; see Replica. A device that has broken
  // shows here although every call is answered, and the others work.
  int consecutive_failed_batches() const;

 private:
  class Impl;
  explicit BatchingPipeline(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_BATCHING_PIPELINE_H_
