#ifndef SERVER_PIPELINE_SAMPLE_RUNS_H_
#define SERVER_PIPELINE_SAMPLE_RUNS_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/batching/batch_queue.h"
#include "server/batching/clock.h"
#include "server/batching/lane.h"
#include "server/pipeline/item_preprocessor.h"
#include "server/pipeline/meeting.h"
#include "server/pipeline/prepared_row.h"

namespace clip::server {

// Warms the model up with rows that are known to be good, past admission and
// preprocessing.
//
// Thread-safe, but for one TimeBatch at a time. Borrows its arguments.
class SampleRuns {
 public:
  // `meeting` is where every batch passes before it runs.
  SampleRuns(ItemPreprocessor& preprocessor, batching::BatchQueue& queue,
             batching::Clock& clock, Meeting& meeting)
      : preprocessor_(preprocessor),
        queue_(queue),
        clock_(clock),
        meeting_(meeting) {}

  // Runs one batch of `rows` rows on each of the `executors` threads that take
  // from the queue, all at the same time as under load, and blocks until they
  // are done. The time of the slowest forward pass; an error is the model's
  // own.
  absl::StatusOr<absl::Duration> TimeBatch(batching::Lane lane, int rows,
                                           int executors);

  // The same for texts that are short; runs nothing where the model reads all
  // of every text.
  absl::Status TryShortTexts(int rows, int executors);

 private:
  class Batches;
  absl::StatusOr<absl::Duration> TimeSamples(
      const std::function<PreparedRow(int number)>& sample, int rows,
      int executors);
  void Push(std::vector<PreparedRow> samples, Batches& batches);

  ItemPreprocessor& preprocessor_;
  batching::BatchQueue& queue_;
  batching::Clock& clock_;
  Meeting& meeting_;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_SAMPLE_RUNS_H_
