#ifndef SERVER_BATCHING_BATCH_POLICY_H_
#define SERVER_BATCHING_BATCH_POLICY_H_

#include <variant>

#include "absl/time/time.h"
#include "server/batching/length_range.h"
#include "server/batching/line.h"
#include "server/batching/queue_summary.h"
#include "server/batching/work_counter.h"

namespace clip::batching {

struct BatchPolicyOptions {
  // Most tasks of a batch, at least 1. Higher raises throughput until the
  // device is full, and the time that the others wait meanwhile.
  int max_batch_size = 32;
  // How long a free executor waits for a fuller batch, counted from the oldest
  // task. Zero takes at once what is there.
  absl::Duration max_batch_delay = absl::ZeroDuration();
  // A row should be answered within this from when it was queued: batches are
  // made smaller where that answers more of the waiting rows in time. Shorter
  // costs throughput; infinite makes every batch as large as can be.
  absl::Duration target_latency = absl::InfiniteDuration();
  // Where rows are padded, those of similar length share a batch if that saves
  // time: one long text then does not make thirty short ones as long as itself.
  Padding padding = Padding::kToLongest;
  // False takes rows by age alone.
  bool group_by_length = true;
};

// Nothing waits.
struct DoNothing {};
// Nothing is due before `time`, unless more tasks come.
struct WaitUntil {
  absl::Time time;
};
// Take the `count` oldest tasks of `line` and these lengths now.
struct TakeBatch {
  Line line;
  int count = 0;
  LengthRange lengths;
};
using BatchDecision = std::variant<DoNothing, WaitUntil, TakeBatch>;

// Decides what a free executor does. A pure function of its arguments: it has
// no clock, no thread and no memory. Thread-safe.
//
// A line is due when it has a full batch, when its oldest task has waited for
// max_batch_delay, when waiting longer would cost its earliest deadline the
// time of the forward pass, or when the queue is closed. Of the due
// lines the one that has used less device time, weighted by its priority, goes
// first: interactive lines nearly always, and yet none starves. On a tie,
// interactive before bulk, then the one with the older task. It gives all that
// waits, up to a full batch, or those that ChooseBatchSize or ChooseLengthGroup
// picks; the oldest is always among them.
class BatchPolicy {
 public:
  explicit BatchPolicy(const BatchPolicyOptions& options) : options_(options) {}

  BatchDecision Decide(const QueueSummary& queue, absl::Time now) const;

  // How many of the rows of a line with `items` it wants to see, oldest first;
  // 0 where it decides without.
  int LookAhead(Lane lane, int items) const;

  const BatchPolicyOptions& options() const { return options_; }

 private:
  absl::Time DueTime(const LineSummary& line, bool closed) const;
  bool GroupsByLength(Lane lane) const;
  // True where the latency target decides on the size of a batch.
  bool CutsBatches(int items) const;
  TakeBatch Pick(Line line, const LineSummary& summary) const;

  BatchPolicyOptions options_;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_POLICY_H_
