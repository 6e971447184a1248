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

// The batches of a warm-up grow by this factor, up to `max_rows` or until the
// next one would take so long that it held up the start.
struct WarmUpSizes {
  int growth = 2;
  int max_rows = 1;
};

// Warms the model up with rows that are known to be good, past admission and
// preprocessing.
//
// Thread-safe, but for one WarmUp at a time. Borrows its arguments.
class SampleRuns {
 public:
  // `meeting` is where every batch passes before it runs; `executors`: threads
  // that take from the queue.
  SampleRuns(ItemPreprocessor& preprocessor, batching::BatchQueue& queue,
             batching::Clock& clock, Meeting& meeting, int executors)
      : preprocessor_(preprocessor),
        queue_(queue),
        clock_(clock),
        meeting_(meeting),
        executors_(executors) {}

  // Runs batches of growing size through the lane's tower, and blocks until
  // they are done. An error is the model's own.
  absl::Status WarmUp(batching::Lane lane, const WarmUpSizes& sizes);

 private:
  class Batches;
  // A row, given a number that tells it from the others of its batch.
  using Sample = std::function<PreparedRow(int number)>;

  // Runs one batch of `rows` rows on each of the executors, all at the same
  // time as under load. The time of the slowest forward pass.
  absl::StatusOr<absl::Duration> TimeBatch(const Sample& sample, int rows);
  // Runs texts that are short; nothing where the model reads all of every text.
  absl::Status TryShortTexts(int rows);
  void Push(std::vector<PreparedRow> samples, Batches& batches);

  ItemPreprocessor& preprocessor_;
  batching::BatchQueue& queue_;
  batching::Clock& clock_;
  Meeting& meeting_;
  const int executors_;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_SAMPLE_RUNS_H_
