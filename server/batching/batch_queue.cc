#include "server/batching/batch_queue.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "fmt/format.h"

namespace clip::batching {
namespace {

// Weights of the newest batch and of the newest task in running averages.
constexpr double kNewestBatch = 0.25;
constexpr double kNewestTask = 0.01;

void Average(double& average, double value, double weight) {
  average = average == 0 ? value : average + weight * (value - average);
}

// What is left of a batch. One that is overdue is taken to go on for as long
// again as it has been overdue: a device that hangs is no free device.
absl::Duration TimeLeft(absl::Time expected_end, absl::Time now) {
  return absl::AbsDuration(expected_end - now);
}

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

void BatchQueue::Add(std::unique_ptr<BatchTask> task, absl::Time now) {
  const Line line = task->line();
  LineState& state = lines_[line];
  if (state.tasks.empty()) share_.Activate(line);
  task->set_enqueued_at(now);
  state.length += task->length();
  Average(lanes_[line.lane].length, task->length(), kNewestTask);
  state.tasks.push_back(std::move(task));
}

void BatchQueue::Push(std::vector<std::unique_ptr<BatchTask>> tasks) {
  const PerLine<int> counts = CountLines(tasks);
  const absl::Time now = clock_.Now();
  absl::Status status;
  {
    MutexLock lock(mutex_);
    status = CheckRoom(tasks);
    if (status.ok()) {
      for (auto& task : tasks) Add(std::move(task), now);
    }
  }
  if (!status.ok()) return FailAll(tasks, status);
  // One push may hold work for every executor.
  changed_.NotifyAll();
  for (const Line line : kLines) {
    if (counts[line] > 0) observer_.OnQueueChanged(line.lane, counts[line]);
  }
}

void BatchQueue::AddRows(Line line, absl::Time now, LineSummary& out) const {
  const int count = policy_.LookAhead(line.lane, out.items);
  out.rows.reserve(count);
  for (int i = 0; i < count; ++i) {
    const BatchTask& task = *lines_[line].tasks[i];
    out.rows.push_back({now - task.enqueued_at(), task.length()});
  }
  if (count > 0) out.times = lanes_[line.lane].times;
}

void BatchQueue::AddNextBatch(Line line, LineSummary& out) const {
  WorkCounter counter(policy_.options().padding);
  for (const auto& task : lines_[line].tasks) {
    counter.Add(task->length());
    out.earliest_deadline = std::min(out.earliest_deadline, task->deadline());
  }
  out.batch_time = lanes_[line.lane].times.Predict(counter.work());
}

QueueSummary BatchQueue::Summarize(absl::Time now) const {
  QueueSummary summary;
  summary.closed = closed_;
  for (const Line line : kLines) {
    const LineState& state = lines_[line];
    LineSummary& out = summary.lines[line];
    out.items = static_cast<int>(state.tasks.size());
    out.used = share_.used(line);
    if (out.items == 0) continue;
    out.oldest = state.tasks.front()->enqueued_at();
    AddRows(line, now, out);
    // A line with a full batch is due anyway.
    if (out.items < policy_.options().max_batch_size) AddNextBatch(line, out);
  }
  return summary;
}

void BatchQueue::Begin(Batch& batch, absl::Time now) {
  WorkCounter counter(policy_.options().padding);
  for (const auto& task : batch.tasks) counter.Add(task->length());
  LaneState& lane = lanes_[batch.line.lane];
  batch.work = counter.work();
  batch.taken_at = now;
  if (lane.times.known()) batch.predicted = lane.times.Predict(batch.work);
  batch.number = ++last_number_;
  Average(lane.padding,
          static_cast<double>(batch.work.positions) /
              static_cast<double>(counter.length()),
          kNewestBatch);
  Average(lines_[batch.line].batch_rows, batch.work.rows, kNewestBatch);
  running_.push_back(
      {batch.number, batch.line, batch.predicted, now + batch.predicted});
  share_.Choose(batch.line);
}

// Dead tasks cost the batch no place: younger ones move up.
std::unique_ptr<BatchTask> BatchQueue::TakeOut(std::unique_ptr<BatchTask> task,
                                               const LengthRange& lengths,
                                               absl::Time now, Taken& taken) {
  const bool is_cancelled = task->IsCancelled();
  const bool is_dead = is_cancelled || task->IsExpired(now);
  if (!is_dead && !lengths.Contains(task->length())) return task;
  lines_[task->line()].length -= task->length();
  auto& target = !is_dead       ? taken.batch.tasks
                 : is_cancelled ? taken.cancelled
                                : taken.expired;
  target.push_back(std::move(task));
  return nullptr;
}

BatchQueue::Taken BatchQueue::Remove(const TakeBatch& decision,
                                     absl::Time now) {
  Taken taken;
  taken.batch.line = decision.line;
  taken.batch.tasks.reserve(decision.count);
  auto& tasks = lines_[decision.line].tasks;
  const auto items = static_cast<int>(tasks.size());
  // Where some are passed over, no further than the policy has looked.
  const int seen = policy_.LookAhead(decision.line.lane, items);
  const int end = seen > 0 ? seen : items;
  int kept = 0;
  int next = 0;
  while (next < end &&
         static_cast<int>(taken.batch.tasks.size()) < decision.count) {
    auto left = TakeOut(std::move(tasks[next++]), decision.lengths, now, taken);
    if (left != nullptr) tasks[kept++] = std::move(left);
  }
  tasks.erase(tasks.begin() + kept, tasks.begin() + next);
  if (!taken.batch.tasks.empty()) Begin(taken.batch, now);
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

BatchWork BatchQueue::ComputedBy(const Batch& batch) const {
  const Padding padding = policy_.options().padding;
  if (padding == Padding::kToLongest || batch.tasks.empty()) return batch.work;
  WorkCounter counter(padding);
  for (const auto& task : batch.tasks) counter.Add(task->computed());
  return counter.work();
}

void BatchQueue::RecordBatch(const Batch& batch, absl::Duration elapsed) {
  const BatchWork work = ComputedBy(batch);
  MutexLock lock(mutex_);
  running_.erase(std::remove_if(running_.begin(), running_.end(),
                                [&](const Running& running) {
                                  return running.number == batch.number;
                                }),
                 running_.end());
  share_.Charge(batch.line, elapsed);
  LaneState& lane = lanes_[batch.line.lane];
  const bool teaches = batch.number > lane.forgotten;
  if (teaches && work.rows > 0) lane.times.Record(work, elapsed);
}

void BatchQueue::ForgetTimes(Lane lane) {
  MutexLock lock(mutex_);
  lanes_[lane].times = BatchTimeModel();
  lanes_[lane].forgotten = last_number_;
}

void BatchQueue::AddLine(Line line, Backlog& out) const {
  const LineState& state = lines_[line];
  const double padding = std::max(1.0, lanes_[line.lane].padding);
  out.waiting[line] = {
      static_cast<int>(state.tasks.size()),
      std::llround(static_cast<double>(state.length) * padding)};
  out.batch_rows[line] = state.batch_rows;
  out.used[line] =
      state.tasks.empty() ? share_.UsedIfActive(line) : share_.used(line);
}

Backlog BatchQueue::backlog() const {
  const absl::Time now = clock_.Now();
  Backlog backlog;
  MutexLock lock(mutex_);
  for (const Lane lane : kLanes) {
    const LaneState& state = lanes_[lane];
    backlog.times[lane] = state.times;
    backlog.row_length[lane] = state.length * std::max(1.0, state.padding);
  }
  for (const Line line : kLines) AddLine(line, backlog);
  for (const Running& batch : running_) {
    backlog.running.push_back({batch.line, TimeLeft(batch.expected_end, now)});
    backlog.used[batch.line] +=
        FairShare::ChargePerSecond(batch.line) * batch.predicted;
  }
  return backlog;
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
      lines_[line].length = 0;
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
