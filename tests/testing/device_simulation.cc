#include "tests/testing/device_simulation.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <variant>

namespace clip::testing {

using batching::Batch;
using batching::Lane;
using batching::Line;

// The row of one call; tells its outcome how it ended.
class DeviceSimulation::Row final : public batching::BatchTask {
 public:
  Row(const SimulatedCall& call, absl::Time arrived, SimulatedOutcome& outcome,
      std::shared_ptr<server::AdmissionPermit> permit)
      : BatchTask(call.line, arrived + call.patience, call.length),
        arrived_(arrived),
        outcome_(outcome),
        permit_(std::move(permit)) {}

  bool IsCancelled() const override { return false; }

  void Succeed(absl::Time now) {
    if (!End()) return;
    ++(now <= deadline() ? outcome_.in_time : outcome_.late);
    outcome_.latencies.push_back(now - arrived_);
    permit_.reset();
  }

 private:
  void OnFailed(const absl::Status& /*status*/) override {
    ++outcome_.expired;
    permit_.reset();
  }

  const absl::Time arrived_;
  SimulatedOutcome& outcome_;
  std::shared_ptr<server::AdmissionPermit> permit_;
};

DeviceSimulation::DeviceSimulation(const SimulatedServerOptions& options)
    : options_(options),
      queue_({1'000'000, options.policy}, clock_, observer_),
      admission_(options.admission,
                 {options.policy.max_batch_size, options.executors}),
      executors_(options.executors) {}

DeviceSimulation::~DeviceSimulation() = default;

// As a server does at its start: pictures, and long and short texts.
void DeviceSimulation::WarmUp() {
  SimulatedOutcome ignored;
  const int most = options_.policy.max_batch_size;
  const auto run = [&](Lane lane, int rows, int length) {
    std::vector<std::unique_ptr<batching::BatchTask>> tasks;
    for (int i = 0; i < rows; ++i) {
      tasks.push_back(std::make_unique<Row>(SimulatedCall{{}, {lane}, length},
                                            clock_.Now(), ignored, nullptr));
    }
    queue_.Push(std::move(tasks));
    while (const std::optional<Batch> batch = queue_.TryTake()) {
      queue_.RecordBatch(*batch, options_.time_of(lane, batch->work));
      for (const auto& task : batch->tasks) task->Fail(absl::OkStatus());
    }
  };
  for (const int rows : {1, std::min(8, most), most}) {
    run(Lane::kImage, rows, 1);
    run(Lane::kText, rows, 77);
  }
  run(Lane::kText, most, 8);
}

bool DeviceSimulation::IsAdmitted(
    const SimulatedCall& call,
    std::shared_ptr<server::AdmissionPermit>& permit) {
  if (!options_.admits_by_wait) return true;
  server::AdmissionRequest request;
  request.priority = call.line.priority;
  request.items[call.line.lane] = 1;
  request.deadline = clock_.Now() + call.patience;
  request.backlog = queue_.backlog();
  server::AdmissionResult result = admission_.Admit(request, clock_.Now());
  auto* given = std::get_if<server::AdmissionPermit>(&result);
  if (given == nullptr) return false;
  given->LeaveForQueue();
  permit = std::make_shared<server::AdmissionPermit>(std::move(*given));
  return true;
}

void DeviceSimulation::Offer(const SimulatedCall& call) {
  SimulatedOutcome& outcome = outcomes_[call.line];
  ++outcome.offered;
  std::shared_ptr<server::AdmissionPermit> permit;
  if (!IsAdmitted(call, permit)) {
    ++outcome.refused;
    return;
  }
  std::vector<std::unique_ptr<batching::BatchTask>> rows;
  rows.push_back(
      std::make_unique<Row>(call, clock_.Now(), outcome, std::move(permit)));
  queue_.Push(std::move(rows));
}

void DeviceSimulation::StartBatches() {
  for (Executor& executor : executors_) {
    if (executor.batch) continue;
    executor.batch = queue_.TryTake();
    if (!executor.batch) return;
    executor.end = clock_.Now() + options_.time_of(executor.batch->line.lane,
                                                   executor.batch->work);
  }
}

void DeviceSimulation::EndBatch(Executor& executor) {
  const Batch batch = *std::exchange(executor.batch, std::nullopt);
  executor.end = absl::InfiniteFuture();
  const absl::Duration elapsed = clock_.Now() - batch.taken_at;
  ++batches_;
  error_sum_ += std::abs(absl::FDivDuration(batch.predicted, elapsed) - 1);
  queue_.RecordBatch(batch, elapsed);
  for (const auto& task : batch.tasks) {
    static_cast<Row*>(task.get())->Succeed(clock_.Now());
  }
}

DeviceSimulation::Executor& DeviceSimulation::NextToEnd() {
  return *std::min_element(
      executors_.begin(), executors_.end(),
      [](const Executor& a, const Executor& b) { return a.end < b.end; });
}

void DeviceSimulation::Run(const std::vector<SimulatedCall>& calls) {
  WarmUp();
  const absl::Time start = clock_.Now();
  auto next = calls.begin();
  while (true) {
    const absl::Time arrival =
        next == calls.end() ? absl::InfiniteFuture() : start + next->arrival;
    Executor& executor = NextToEnd();
    const absl::Time event = std::min(arrival, executor.end);
    if (event == absl::InfiniteFuture()) break;
    clock_.Advance(event - clock_.Now());
    if (executor.end == event) {
      EndBatch(executor);
    } else {
      Offer(*next++);
    }
    StartBatches();
  }
  length_ = clock_.Now() - start;
}

SimulatedOutcome DeviceSimulation::Total() const {
  SimulatedOutcome total;
  for (const Line line : batching::kLines) {
    const SimulatedOutcome& one = outcomes_[line];
    total.offered += one.offered;
    total.refused += one.refused;
    total.expired += one.expired;
    total.in_time += one.in_time;
    total.late += one.late;
    total.latencies.insert(total.latencies.end(), one.latencies.begin(),
                           one.latencies.end());
  }
  return total;
}

}  // namespace clip::testing
