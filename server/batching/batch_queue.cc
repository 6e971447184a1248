#include "server/batching/batch_queue.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "fmt/format.h"

namespace clip::batching {
namespace {

// Weight of the newest batch in the line's batch time.
constexpr double kNewestWeight = 0.25;

PerLine<int> CountLines(const std::vector<std::unique_ptr<BatchTask>>& tasks) {
  PerLine<int> counts;
  for (const auto& task : tasks) ++counts[task->line()];
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
  const PerLine<int> counts = CountLines(tasks);
  for (const Line line : kLines) {
    const int waiting = static_cast<int>(lines_[line].tasks.size());
    if (counts[line] > options_.max_items_per_line - waiting) {
      return absl::ResourceExhaustedError(
          fmt::format("the {} queue is full", LaneName(line.lane)));
    }
  }
  return absl::OkStatus();
}

void BatchQueue::Push(std::vector<std::unique_ptr<BatchTask>> tasks) {
  const PerLine<int> counts = CountLines(tasks);
  const absl::Time now = clock_.Now();
  absl::Status status;
  {
    MutexLock lock(mutex_);
    status = CheckRoom(tasks);
    if (status.ok()) {
      for (auto& task : tasks) {
        LineState& state = lines_[task->line()];
        if (state.tasks.empty()) share_.Activate(task->line());
        task->set_enqueued_at(now);
        state.tasks.push_back(std::move(task));
      }
    }
  }
  if (!status.ok()) return FailAll(tasks, status);
  // One push may hold work for every executor.
  changed_.NotifyAll();
  for (const Line line : kLines) {
    if (counts[line] > 0) observer_.OnQueueChanged(line.lane, counts[line]);
  }
}

void BatchQueue::AddTimes(Line line, absl::Time now, LineSummary& out) const {
  if (policy_.options().target_latency == absl::InfiniteDuration()) return;
  out.times = times_[line.lane];
  for (const auto& task : lines_[line].tasks) {
    out.waits.push_back(now - task->enqueued_at());
  }
}

QueueSummary BatchQueue::Summarize(absl::Time now) const {
  QueueSummary summary;
  summary.closed = closed_;
  for (const Line line : kLines) {
    const LineState& state = lines_[line];
    LineSummary& out = summary.lines[line];
    out.items = static_cast<int>(state.tasks.size());
    out.batch_time = state.batch_time;
    out.used = share_.used(line);
    if (out.items == 0) continue;
    out.oldest = state.tasks.front()->enqueued_at();
    // A line with a full batch is due anyway: only short lines are walked.
    if (out.items >= policy_.options().max_batch_size) continue;
    AddTimes(line, now, out);
    for (const auto& task : state.tasks) {
      out.earliest_deadline = std::min(out.earliest_deadline, task->deadline());
    }
  }
  return summary;
}

BatchQueue::Taken BatchQueue::Remove(const TakeBatch& decision,
                                     absl::Time now) {
  Taken taken;
  taken.batch.line = decision.line;
  taken.batch.tasks.reserve(decision.count);
  auto& tasks = lines_[decision.line].tasks;
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
  if (!taken.batch.tasks.empty()) share_.Choose(decision.line);
  return taken;
}

BatchQueue::Taken BatchQueue::TakeOrWait(bool wait, bool& finished) {
  MutexLock lock(mutex_);
  while (true) {
    const absl::Time now = clock_.Now();
    const BatchDecision decision = policy_.Decide(Summarize(now), now);
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
  const Line line = taken.batch.line;
  const Lane lane = line.lane;
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
    observer_.OnItemTaken(line, now - task->enqueued_at());
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

void BatchQueue::RecordBatch(Line line, int rows, absl::Duration elapsed) {
  MutexLock lock(mutex_);
  if (rows > 0) times_[line.lane].Record(rows, elapsed);
  share_.Charge(line, elapsed);
  absl::Duration& batch_time = lines_[line].batch_time;
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
  PerLine<std::vector<std::unique_ptr<BatchTask>>> left;
  {
    MutexLock lock(mutex_);
    closed_ = true;
    for (const Line line : kLines) {
      for (auto& task : lines_[line].tasks) {
        left[line].push_back(std::move(task));
      }
      lines_[line].tasks.clear();
    }
  }
  changed_.NotifyAll();
  for (const Line line : kLines) {
    if (left[line].empty()) continue;
    observer_.OnQueueChanged(line.lane, -static_cast<int>(left[line].size()));
    FailAll(left[line], status);
  }
}

int BatchQueue::size(Lane lane) const {
  MutexLock lock(mutex_);
  size_t tasks = 0;
  for (const Priority priority : kPriorities) {
    tasks += lines_[{lane, priority}].tasks.size();
  }
  return static_cast<int>(tasks);
}

}  // namespace clip::batching
