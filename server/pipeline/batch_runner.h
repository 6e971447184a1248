#ifndef SERVER_PIPELINE_BATCH_RUNNER_H_
#define SERVER_PIPELINE_BATCH_RUNNER_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "model/encoder.h"
#include "server/batching/batch_task.h"
#include "server/batching/clock.h"
#include "server/batching/lane.h"
#include "server/pipeline/pipeline_observer.h"
#include "server/pipeline/row_task.h"

namespace clip::server {

// What became of the rows of a batch. Rows that were dead before the forward
// pass are in neither count.
struct BatchOutcome {
  int succeeded = 0;
  int failed = 0;
};

// Runs batches of RowTasks through an encoder and completes every task.
//
// One bad row costs only itself: a batch that fails is halved until the row is
// found, which takes about 2 log2(n) passes more. A batch that fails for
// memory is halved once, and a half that fails again is answered
// RESOURCE_EXHAUSTED: what does not fit then will not fit at all.
//
// Thread-safe. Borrows its arguments.
class BatchRunner {
 public:
  BatchRunner(model::Encoder& encoder, batching::Clock& clock,
              PipelineObserver& observer)
      : encoder_(encoder), clock_(clock), observer_(observer) {}

  // REQUIRES: every task is a RowTask of `lane`.
  // Tasks that are cancelled or past their deadline are failed, not run.
  BatchOutcome Run(
      batching::Lane lane,
      absl::Span<const std::unique_ptr<batching::BatchTask>> tasks);

 private:
  struct Pass;
  using Rows = absl::Span<RowTask* const>;

  std::vector<RowTask*> DropDead(Rows rows) const;
  absl::StatusOr<model::EmbeddingRows> Forward(batching::Lane lane, Rows rows);
  // Notes as well what each row costs.
  absl::StatusOr<model::EmbeddingRows> EncodeText(Rows rows);
  void RunRows(const Pass& pass, Rows rows, BatchOutcome& outcome);
  void Distribute(const Pass& pass, const model::EmbeddingRows& embeddings,
                  absl::Duration forward, Rows rows, BatchOutcome& outcome);

  model::Encoder& encoder_;
  batching::Clock& clock_;
  PipelineObserver& observer_;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_BATCH_RUNNER_H_
