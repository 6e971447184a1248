#ifndef SERVER_PIPELINE_SAMPLE_RUNS_H_
#define SERVER_PIPELINE_SAMPLE_RUNS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/batching/batch_queue.h"
#include "server/batching/clock.h"
#include "server/batching/lane.h"
#include "server/pipeline/batch_runner.h"
#include "server/pipeline/item_preprocessor.h"
#include "server/pipeline/prepared_row.h"

namespace clip::server {

// Tries the model with rows that are known to be good, past admission and
// preprocessing.
//
// Thread-safe. Borrows its arguments.
class SampleRuns {
 public:
  SampleRuns(ItemPreprocessor& preprocessor, BatchRunner& runner,
             batching::BatchQueue& queue, batching::Clock& clock)
      : preprocessor_(preprocessor),
        runner_(runner),
        queue_(queue),
        clock_(clock) {}

  // Whether the model can still compute a row; runs on this thread.
  bool RowSucceeds(batching::Lane lane);

  // Time of a forward pass of `rows` rows that goes through the queue, on the
  // thread that will run the calls. Blocks until it is done. An error is the
  // model's own.
  absl::StatusOr<absl::Duration> TimeBatch(batching::Lane lane, int rows);

  // The same for texts that are short; runs nothing where the model reads all
  // of every text.
  absl::Status TryShortTexts(int rows);

 private:
  absl::StatusOr<absl::Duration> TimeRows(std::vector<PreparedRow> rows);

  ItemPreprocessor& preprocessor_;
  BatchRunner& runner_;
  batching::BatchQueue& queue_;
  batching::Clock& clock_;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_SAMPLE_RUNS_H_
