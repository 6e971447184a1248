// What batching costs on the way to the device: pushing and taking rows, the
// policy's decision and admission, with 1 to 10,000 rows in the queue.
#include <benchmark/benchmark.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "server/admission/admission_controller.h"
#include "server/batching/batch_queue.h"
#include "server/batching/length_grouping.h"
#include "server/batching/real_clock.h"

namespace clip::batching {
namespace {

constexpr int kMaxBatch = 32;

class NobodysTask final : public BatchTask {
 public:
  NobodysTask(Line line, int length)
      : BatchTask(line, absl::InfiniteFuture(), length) {}
  bool IsCancelled() const override { return false; }
  void Finish() { End(); }

 private:
  void OnFailed(const absl::Status&) override {}
};

// Lengths of captions, mixed.
int LengthOf(int index) { return 8 * (1 + index * 7 % 10); }

std::vector<std::unique_ptr<BatchTask>> MakeTasks(Lane lane, int count) {
  std::vector<std::unique_ptr<BatchTask>> tasks;
  tasks.reserve(count);
  for (int i = 0; i < count; ++i) {
    const int length = lane == Lane::kText ? LengthOf(i) : 1;
    tasks.push_back(std::make_unique<NobodysTask>(Line{lane}, length));
  }
  return tasks;
}

// Times of a CPU, so that grouping has something to gain.
BatchTimeModel Times() {
  BatchTimeModel times;
  for (const int rows : {1, 8, 32}) {
    for (const int length : {8, 80}) {
      const BatchWork work = {rows, int64_t{rows} * length};
      times.Record(work, absl::Milliseconds(1) +
                             work.positions * absl::Microseconds(50));
    }
  }
  return times;
}

// A queue that holds so many rows and knows its times.
class FilledQueue {
 public:
  FilledQueue(Lane lane, int depth, absl::Duration target) {
    BatchQueueOptions options;
    options.max_items_per_line = 20'000;
    options.policy.max_batch_size = kMaxBatch;
    options.policy.target_latency = target;
    queue_ = std::make_unique<BatchQueue>(options, clock_, observer_);
    for (const int rows : {1, kMaxBatch}) {
      queue_->Push(MakeTasks(lane, rows));
      RunOne();
    }
    queue_->Push(MakeTasks(lane, depth));
  }

  // Takes a batch and ends it; the number of its rows.
  int RunOne() {
    const std::optional<Batch> batch = queue_->TryTake();
    if (!batch) return 0;
    for (const auto& task : batch->tasks) {
      static_cast<NobodysTask*>(task.get())->Finish();
    }
    queue_->RecordBatch(*batch, batch->work.positions * absl::Microseconds(50));
    return batch->work.rows;
  }

  BatchQueue& queue() { return *queue_; }

 private:
  RealClock clock_;
  BatchObserver observer_;
  std::unique_ptr<BatchQueue> queue_;
};

// One batch is taken and as many rows come; a row is the unit.
void TakeAndRefill(benchmark::State& state, Lane lane, absl::Duration target) {
  FilledQueue filled(lane, static_cast<int>(state.range(0)), target);
  int64_t rows = 0;
  for (auto _ : state) {
    const int taken = filled.RunOne();
    rows += taken;
    filled.queue().Push(MakeTasks(lane, taken));
  }
  state.SetItemsProcessed(rows);
}

void BM_Pictures(benchmark::State& state) {
  TakeAndRefill(state, Lane::kImage, absl::InfiniteDuration());
}
BENCHMARK(BM_Pictures)->RangeMultiplier(10)->Range(1, 10'000);

void BM_TextsOfMixedLength(benchmark::State& state) {
  TakeAndRefill(state, Lane::kText, absl::InfiniteDuration());
}
BENCHMARK(BM_TextsOfMixedLength)->RangeMultiplier(10)->Range(1, 10'000);

// Only fewer rows than a batch are cut to a target.
void BM_PicturesWithALatencyTarget(benchmark::State& state) {
  TakeAndRefill(state, Lane::kImage, absl::Milliseconds(1));
}
BENCHMARK(BM_PicturesWithALatencyTarget)->Arg(1)->Arg(8)->Arg(31);

void BM_ChooseLengthGroup(benchmark::State& state) {
  const BatchTimeModel times = Times();
  std::vector<WaitingRow> rows;
  for (int i = 0; i < state.range(0); ++i) rows.push_back({{}, LengthOf(i)});
  for (auto _ : state) {
    benchmark::DoNotOptimize(ChooseLengthGroup(rows, kMaxBatch, times));
  }
}
BENCHMARK(BM_ChooseLengthGroup)->Arg(2)->Arg(32)->Arg(128);

void BM_Admit(benchmark::State& state) {
  FilledQueue filled(Lane::kText, static_cast<int>(state.range(0)),
                     absl::InfiniteDuration());
  server::AdmissionController admission({}, {kMaxBatch, 1});
  const absl::Time now = absl::FromUnixSeconds(1000);
  for (auto _ : state) {
    server::AdmissionRequest request;
    request.items[Lane::kText] = 1;
    request.deadline = now + absl::Hours(1);
    request.backlog = filled.queue().backlog();
    benchmark::DoNotOptimize(admission.Admit(request, now));
  }
}
BENCHMARK(BM_Admit)->RangeMultiplier(10)->Range(1, 10'000);

}  // namespace
}  // namespace clip::batching
