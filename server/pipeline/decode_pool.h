#ifndef SERVER_PIPELINE_DECODE_POOL_H_
#define SERVER_PIPELINE_DECODE_POOL_H_

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "server/batching/clock.h"
#include "server/batching/lane.h"
#include "server/batching/line.h"
#include "server/batching/mutex.h"

namespace clip::server {

// One piece of work for the pool: decoding a picture, tokenizing a text.
struct DecodeJob {
  batching::Line line;
  std::function<void()> run;
};

struct DecodePoolOptions {
  // At least 1.
  int threads = 1;
  // Of the threads; a number is added.
  std::string name = "decode";
};

// A fixed number of threads for work on the CPU that must run neither on the
// transport's threads nor on those that drive the device.
//
// Jobs of a line start in order; the lanes take turns, so that a text never
// waits behind a row of large pictures. Bulk jobs wait while interactive ones
// do, but one in kInteractiveWeight + 1 jobs is theirs. The pool itself is
// unbounded: what may come is bounded by admission.
//
// Thread-safe. Every job runs exactly once; whether its work is still wanted
// is for the job to ask. What a job throws is dropped.
class DecodePool {
 public:
  // Starts the threads. `clock` must outlive the pool.
  DecodePool(const DecodePoolOptions& options, batching::Clock& clock);
  // As Stop.
  ~DecodePool();

  // REQUIRES: Stop has not been called.
  void Submit(std::vector<DecodeJob> jobs);

  // Runs what is queued and joins the threads. Not from a job.
  void Stop();

  // How long a job of `line` that came now would wait for a thread.
  absl::Duration EstimatedWait(batching::Line line) const;

 private:
  using Jobs = std::deque<std::function<void()>>;

  void RunJobs();
  // Waits for a job; nothing when stopped and empty.
  std::optional<DecodeJob> NextJob();
  std::optional<DecodeJob> PopJob() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<DecodeJob> PopJob(batching::Priority priority)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Time of the jobs of `priority` that would go before one of `lane`.
  absl::Duration TimeAhead(batching::Lane lane,
                           batching::Priority priority) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RecordJob(batching::Lane lane, absl::Duration elapsed);

  const DecodePoolOptions options_;
  batching::Clock& clock_;

  mutable batching::Mutex mutex_;
  batching::CondVar changed_;
  batching::PerLine<Jobs> jobs_ ABSL_GUARDED_BY(mutex_);
  // Running average; zero while unknown.
  batching::PerLane<absl::Duration> job_time_ ABSL_GUARDED_BY(mutex_);
  // Interactive jobs in a row that went before a bulk job.
  int passed_bulk_ ABSL_GUARDED_BY(mutex_) = 0;
  batching::Lane next_lane_ ABSL_GUARDED_BY(mutex_) = batching::Lane::kImage;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: the threads use all of the above. Used by the owner only.
  std::vector<std::thread> threads_;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_DECODE_POOL_H_
