#include "server/batching/batch_size_choice.h"

#include <algorithm>

namespace clip::batching {
namespace {

BatchWork WorkOf(absl::Span<const WaitingRow> rows, Padding padding) {
  WorkCounter counter(padding);
  for (const WaitingRow& row : rows) counter.Add(row.length);
  return counter.work();
}

// Rows that are answered in time by batches of `size`, one after the other.
int AnsweredInTime(absl::Span<const WaitingRow> rows, absl::Duration target,
                   const BatchTimeModel& times, Padding padding, int size) {
  absl::Duration end;
  int in_time = 0;
  while (!rows.empty()) {
    const auto batch = rows.subspan(0, size);
    rows.remove_prefix(batch.size());
    end += times.Predict(WorkOf(batch, padding));
    if (end > target) break;
    in_time += static_cast<int>(std::count_if(
        batch.begin(), batch.end(),
        [&](const WaitingRow& row) { return row.waited + end <= target; }));
  }
  return in_time;
}

}  // namespace

int ChooseBatchSize(absl::Span<const WaitingRow> rows, absl::Duration target,
                    const BatchTimeModel& times, Padding padding) {
  const int count = static_cast<int>(rows.size());
  if (!times.known()) return count;
  int best = count;
  int best_in_time = AnsweredInTime(rows, target, times, padding, count);
  for (int size = count - 1; size > 0 && best_in_time < count; --size) {
    const int in_time = AnsweredInTime(rows, target, times, padding, size);
    if (in_time <= best_in_time) continue;
    best = size;
    best_in_time = in_time;
  }
  return best;
}

}  // namespace clip::batching
