#include "server/batching/batch_queue.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "fmt/format.h"

namespace clip::batching {
namespace {

// Weight of the newest batch in the lane's batch time.
constexpr double kNewestWeight = 0.25;

PerLane<int> CountLanes(const std::vector<std::unique_ptr<BatchTask>>& tasks) {
  PerLane<int> counts;
  for (const auto& task : tasks) ++counts[task->lane()];
  return counts;
}

void FailAll(const std::vector<std::unique_ptr<BatchTask>>& tasks,
             const absl::Status& status) {
  for (const auto& task : tasks) task->Fail(status);
}

}  // namespace

BatchQueue::BatchQueue(const BatchQueueOptions& options, Clock& clock,
                       BatchObserver& observer)
    : options_(options),
      policy_(options.policy),
      clock_(clock),
      observer_(observer) {}

BatchQueue::~BatchQueue() {
  Abort(absl::UnavailableError("the server is shutting down"));
}

absl::Status BatchQueue::CheckRoom(
    const std::vector<std::unique_ptr<BatchTask>>& tasks) const {
  if (closed_) return absl::UnavailableError("the server is shutting down");
  const PerLane<int> counts = CountLanes(tasks);
  for (const Lane lane : kLanes) {
    const int waiting = static_cast<int>(lanes_[lane].tasks.size());
    if (counts[lane] > options_.max_items_per_lane - waiting) {
      return absl::ResourceExhaustedError(
          fmt::format("the {} queue is full", LaneName(lane)));
    }
  }
  return absl::OkStatus();
}

void BatchQueue::Push(std::vector<std::unique_ptr<BatchTask>> tasks) {
  const PerLane<int> counts = CountLanes(tasks);
  const absl::Time now = clock_.Now();
  absl::Status status;
  {
    MutexLock lock(mutex_);
    status = CheckRoom(tasks);
    if (status.ok()) {
      for (auto& task : tasks) {
        LaneState& state = lanes_[task->lane()];
        if (state.tasks.empty()) share_.Activate(task->lane());
        task->set_enqueued_at(now);
        state.tasks.push_back(std::move(task));
      }
    }
  }
  if (!status.ok()) return FailAll(tasks, status);
  // One push may hold work for every executor.
  changed_.NotifyAll();
  for (const Lane lane : kLanes) {
    if (counts[lane] > 0) observer_.OnQueueChanged(lane, counts[lane]);
  }
}

QueueSummary BatchQueue::Summarize() const {
  QueueSummary summary;
  summary.closed = closed_;
  for (const Lane lane : kLanes) {
    const LaneState& state = lanes_[lane];
    LaneSummary& out = summary.lanes[lane];
    out.items = static_cast<int>(state.tasks.size());
    out.batch_time = state.batch_time;
    out.used = share_.used(lane);
    if (out.items == 0) continue;
    out.oldest = state.tasks.front()->enqueued_at();
    // A lane with a full batch is due anyway: only short lines are walked.
    if (out.items >= policy_.options().max_batch_size) continue;
    for (const auto& task : state.tasks) {
      out.earliest_deadline = std::min(out.earliest_deadline, task->deadline());
    }
  }
  return summary;
}

BatchQueue::Taken BatchQueue::Remove(const TakeBatch& decision,
                                     absl::Time now) {
  Taken taken;
  taken.batch.lane = decision.lane;
  taken.batch.tasks.reserve(decision.count);
  auto& tasks = lanes_[decision.lane].tasks;
  while (!tasks.empty() &&
         static_cast<int>(taken.batch.tasks.size()) < decision.count) {
    std::unique_ptr<BatchTask> task = std::move(tasks.front());
    tasks.pop_front();
    // Dead tasks cost the batch no place: younger ones move up.
    auto& target = task->IsCancelled()    ? taken.cancelled
                   : task->IsExpired(now) ? taken.expired
                                          : taken.batch.tasks;
    target.push_back(std::move(task));
  }
  if (!taken.batch.tasks.empty()) share_.Choose(decision.lane);
  return taken;
}

BatchQueue::Taken BatchQueue::TakeOrWait(bool wait, bool& finished) {
  MutexLock lock(mutex_);
  while (true) {
    const absl::Time now = clock_.Now();
    const BatchDecision decision = policy_.Decide(Summarize(), now);
    if (const auto* take = std::get_if<TakeBatch>(&decision)) {
      return Remove(*take, now);
    }
    const auto* until = std::get_if<WaitUntil>(&decision);
    finished = closed_ && until == nullptr;
    if (finished || !wait) return {};
    if (until != nullptr) {
      clock_.WaitUntil(changed_, mutex_, until->time);
    } else {
      changed_.Wait(mutex_);
    }
  }
}

void BatchQueue::Report(const Taken& taken, absl::Time now) {
  const Lane lane = taken.batch.lane;
  const size_t count =
      taken.batch.tasks.size() + taken.expired.size() + taken.cancelled.size();
  observer_.OnQueueChanged(lane, -static_cast<int>(count));
  for (const auto& task : taken.expired) {
    observer_.OnItemExpired(lane);
    task->Fail(absl::DeadlineExceededError(
        "the deadline passed while the item was waiting"));
  }
  for (const auto& task : taken.cancelled) {
    observer_.OnItemCancelled(lane);
    task->Fail(absl::CancelledError("the caller has gone"));
  }
  for (const auto& task : taken.batch.tasks) {
    observer_.OnItemTaken(lane, now - task->enqueued_at());
  }
}

std::optional<Batch> BatchQueue::Take() {
  bool finished = false;
  while (!finished) {
    Taken taken = TakeOrWait(/*wait=*/true, finished);
    if (taken.empty()) continue;
    Report(taken, clock_.Now());
    if (!taken.batch.tasks.empty()) return std::move(taken.batch);
  }
  return std::nullopt;
}

std::optional<Batch> BatchQueue::TryTake() {
  bool finished = false;
  while (true) {
    Taken taken = TakeOrWait(/*wait=*/false, finished);
    if (taken.empty()) return std::nullopt;
    Report(taken, clock_.Now());
    if (!taken.batch.tasks.empty()) return std::move(taken.batch);
  }
}

void BatchQueue::RecordBatch(Lane lane, absl::Duration elapsed) {
  MutexLock lock(mutex_);
  share_.Charge(lane, elapsed);
  absl::Duration& batch_time = lanes_[lane].batch_time;
  batch_time = batch_time == absl::ZeroDuration()
                   ? elapsed
                   : batch_time + kNewestWeight * (elapsed - batch_time);
}

void BatchQueue::Close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
  }
  changed_.NotifyAll();
}

void BatchQueue::Abort(const absl::Status& status) {
  PerLane<std::vector<std::unique_ptr<BatchTask>>> left;
  {
    MutexLock lock(mutex_);
    closed_ = true;
    for (const Lane lane : kLanes) {
      for (auto& task : lanes_[lane].tasks) {
        left[lane].push_back(std::move(task));
      }
      lanes_[lane].tasks.clear();
    }
  }
  changed_.NotifyAll();
  for (const Lane lane : kLanes) {
    if (left[lane].empty()) continue;
    observer_.OnQueueChanged(lane, -static_cast<int>(left[lane].size()));
    FailAll(left[lane], status);
  }
}

int BatchQueue::size(Lane lane) const {
  MutexLock lock(mutex_);
  return static_cast<int>(lanes_[lane].tasks.size());
}

}  // namespace clip::batching
