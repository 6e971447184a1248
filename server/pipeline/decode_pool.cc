#include "server/pipeline/decode_pool.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "fmt/format.h"
#include "server/batching/thread_name.h"

namespace clip::server {
namespace {

using batching::Lane;
using batching::Priority;

// Weight of the newest job in the lane's job time: a hundred jobs forget.
constexpr double kNewestWeight = 0.05;

Lane OtherLane(Lane lane) {
  return lane == Lane::kImage ? Lane::kText : Lane::kImage;
}

}  // namespace

DecodePool::DecodePool(const DecodePoolOptions& options, batching::Clock& clock)
    : options_(options), clock_(clock) {
  for (int i = 0; i < options_.threads; ++i) {
    threads_.emplace_back(
        [this, name = fmt::format("{}-{}", options_.name, i)] {
          batching::SetThreadName(name);
          RunJobs();
        });
  }
}

DecodePool::~DecodePool() { Stop(); }

void DecodePool::Submit(std::vector<DecodeJob> jobs) {
  {
    batching::MutexLock lock(mutex_);
    for (DecodeJob& job : jobs) {
      jobs_[job.line].push_back(std::move(job.run));
    }
  }
  if (jobs.size() == 1) {
    changed_.NotifyOne();
  } else {
    changed_.NotifyAll();
  }
}

void DecodePool::Stop() {
  {
    batching::MutexLock lock(mutex_);
    stopped_ = true;
  }
  changed_.NotifyAll();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::optional<DecodeJob> DecodePool::PopJob(Priority priority) {
  for (const Lane lane : {next_lane_, OtherLane(next_lane_)}) {
    Jobs& jobs = jobs_[{lane, priority}];
    if (jobs.empty()) continue;
    DecodeJob job{{lane, priority}, std::move(jobs.front())};
    jobs.pop_front();
    next_lane_ = OtherLane(lane);
    return job;
  }
  return std::nullopt;
}

std::optional<DecodeJob> DecodePool::PopJob() {
  const bool is_bulks_turn = passed_bulk_ >= batching::kInteractiveWeight;
  if (!is_bulks_turn) {
    if (auto job = PopJob(Priority::kInteractive)) {
      ++passed_bulk_;
      return job;
    }
  }
  passed_bulk_ = 0;
  if (auto job = PopJob(Priority::kBulk)) return job;
  return PopJob(Priority::kInteractive);
}

std::optional<DecodeJob> DecodePool::NextJob() {
  batching::MutexLock lock(mutex_);
  while (true) {
    if (std::optional<DecodeJob> job = PopJob()) return job;
    if (stopped_) return std::nullopt;
    changed_.Wait(mutex_);
  }
}

void DecodePool::RunJobs() {
  while (std::optional<DecodeJob> job = NextJob()) {
    const absl::Time start = clock_.Now();
    try {
      job->run();
    } catch (...) {
      // The job answers for its own failures; the thread must live on.
    }
    RecordJob(job->line.lane, clock_.Now() - start);
  }
}

void DecodePool::RecordJob(Lane lane, absl::Duration elapsed) {
  batching::MutexLock lock(mutex_);
  absl::Duration& average = job_time_[lane];
  average = average == absl::ZeroDuration()
                ? elapsed
                : average + kNewestWeight * (elapsed - average);
}

absl::Duration DecodePool::TimeAhead(Lane lane, Priority priority) const {
  const auto waiting = [&](Lane of) {
    return static_cast<int64_t>(jobs_[{of, priority}].size());
  };
  const Lane other = OtherLane(lane);
  const int64_t own = waiting(lane);
  // Taking turns, each job ahead lets one of the other lane pass.
  const int64_t passing = std::min(waiting(other), own + 1);
  return own * job_time_[lane] + passing * job_time_[other];
}

absl::Duration DecodePool::EstimatedWait(batching::Line line) const {
  batching::MutexLock lock(mutex_);
  absl::Duration ahead = TimeAhead(line.lane, Priority::kInteractive);
  const absl::Duration bulk = TimeAhead(line.lane, Priority::kBulk);
  const bool is_bulk = line.priority == Priority::kBulk;
  ahead +=
      is_bulk ? bulk : std::min(bulk, ahead / batching::kInteractiveWeight);
  return ahead / options_.threads;
}

}  // namespace clip::server
