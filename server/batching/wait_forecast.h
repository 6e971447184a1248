#ifndef SERVER_BATCHING_WAIT_FORECAST_H_
#define SERVER_BATCHING_WAIT_FORECAST_H_

#include "absl/time/time.h"
#include "server/batching/backlog.h"
#include "server/batching/line.h"

namespace clip::batching {

struct WaitForecastOptions {
  // As the queue's policy has it.
  int max_batch_size = 32;
  // Batches that run at the same time, on however many devices.
  int executors = 1;
};

// What becomes of the other lines while a row waits.
enum class OtherLines {
  // They have what waits in them now, and nothing comes.
  kEnd,
  // A line that has work now goes on having it, so that it takes its whole
  // share of the device. True under overload, and the longest that a row can
  // wait.
  kGoOn,
};

// How long rows that came now would wait and run, by what stands before them
// and by what batches take. It follows BatchPolicy and FairShare: rows of a
// line go in full batches by age, and a batch goes when no other line is behind
// its own in what it has used of the device.
//
// A pure function of its arguments, in constant time; borrows the backlog.
// Zero where nothing is known of the times.
class WaitForecast {
 public:
  WaitForecast(const Backlog& backlog, const WaitForecastOptions& options)
      : backlog_(backlog), options_(options) {}

  // Until the batch begins that has the last of `rows` rows of `line`.
  absl::Duration WaitOf(Line line, int rows, OtherLines others) const;

  // That batch itself, as full as batches of the line are lately.
  absl::Duration BatchTimeOf(Line line, int rows) const;

  // Until all that waits and runs is done.
  absl::Duration TimeToFinish() const;

 private:
  absl::Duration TimeOf(Line line, int rows) const;
  absl::Duration TimeOfAll(Line line) const;
  absl::Duration OneBatch(Line line) const;
  bool Runs(Line line) const;
  absl::Duration UntilFree() const;
  // Device time that `other` takes before a batch of `line` that has `own` of
  // its line before it.
  absl::Duration Passing(Line other, Line line, absl::Duration own,
                         OtherLines others) const;

  const Backlog& backlog_;
  const WaitForecastOptions options_;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_WAIT_FORECAST_H_
