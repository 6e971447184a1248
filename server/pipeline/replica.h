#ifndef SERVER_PIPELINE_REPLICA_H_
#define SERVER_PIPELINE_REPLICA_H_

#include <atomic>
#include <memory>

#include "absl/types/span.h"
#include "model/encoder.h"
#include "server/batching/batch_task.h"
#include "server/batching/clock.h"
#include "server/batching/lane.h"
#include "server/pipeline/batch_runner.h"
#include "server/pipeline/item_preprocessor.h"
#include "server/pipeline/pipeline_observer.h"

namespace clip::server {

// One copy of a model on its device: runs batches there, and notices when the
// device has broken although every call is answered.
//
// Thread-safe. Borrows its arguments.
class Replica {
 public:
  Replica(model::Encoder& encoder, ItemPreprocessor& preprocessor,
          batching::Clock& clock, PipelineObserver& observer)
      : encoder_(encoder),
        preprocessor_(preprocessor),
        clock_(clock),
        observer_(observer),
        runner_(encoder, clock, observer) {}

  // REQUIRES: every task is a RowTask of `lane`.
  // Every task has ended afterwards.
  BatchOutcome Run(
      batching::Lane lane,
      absl::Span<const std::unique_ptr<batching::BatchTask>> tasks);

  // Batches in a row that failed as a whole although no item was to blame: a
  // sample row, tried right after, failed as well. 0 after any good row.
  int consecutive_failed_batches() const {
    return failed_batches_.load(std::memory_order_relaxed);
  }

 private:
  bool SampleRowSucceeds(batching::Lane lane);

  model::Encoder& encoder_;
  ItemPreprocessor& preprocessor_;
  batching::Clock& clock_;
  PipelineObserver& observer_;
  BatchRunner runner_;
  std::atomic<int> failed_batches_{0};
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_REPLICA_H_
