#include "server/pipeline/decode_pool.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "fmt/format.h"
#include "server/batching/thread_name.h"

namespace clip::server {
namespace {

using batching::Lane;

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
      lanes_[job.lane].jobs.push_back(std::move(job.run));
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

std::optional<DecodeJob> DecodePool::PopJob() {
  for (const Lane lane : {next_lane_, OtherLane(next_lane_)}) {
    auto& jobs = lanes_[lane].jobs;
    if (jobs.empty()) continue;
    DecodeJob job{lane, std::move(jobs.front())};
    jobs.pop_front();
    next_lane_ = OtherLane(lane);
    return job;
  }
  return std::nullopt;
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
    RecordJob(job->lane, clock_.Now() - start);
  }
}

void DecodePool::RecordJob(Lane lane, absl::Duration elapsed) {
  batching::MutexLock lock(mutex_);
  absl::Duration& average = lanes_[lane].job_time;
  average = average == absl::ZeroDuration()
                ? elapsed
                : average + kNewestWeight * (elapsed - average);
}

absl::Duration DecodePool::EstimatedWait(Lane lane) const {
  batching::MutexLock lock(mutex_);
  const auto own = static_cast<int64_t>(lanes_[lane].jobs.size());
  const Lane other = OtherLane(lane);
  // Taking turns, each job ahead lets one of the other lane pass.
  const auto passing =
      std::min(static_cast<int64_t>(lanes_[other].jobs.size()), own + 1);
  return (own * lanes_[lane].job_time + passing * lanes_[other].job_time) /
         options_.threads;
}

}  // namespace clip::server
