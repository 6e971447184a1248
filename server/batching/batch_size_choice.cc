#include "server/batching/batch_size_choice.h"

#include <algorithm>

namespace clip::batching {
namespace {

// Rows that are answered in time by batches of `size`, one after the other.
int AnsweredInTime(const BatchSizeChoice& choice, const BatchTimeModel& times,
                   int size) {
  const int rows = static_cast<int>(choice.waits.size());
  absl::Duration end;
  int in_time = 0;
  for (int first = 0; first < rows; first += size) {
    const int count = std::min(size, rows - first);
    end += times.Predict(count * choice.units_per_row);
    if (end > choice.target) break;
    const auto batch = choice.waits.subspan(first, count);
    in_time += static_cast<int>(std::count_if(
        batch.begin(), batch.end(),
        [&](absl::Duration wait) { return wait + end <= choice.target; }));
  }
  return in_time;
}

}  // namespace

int ChooseBatchSize(const BatchSizeChoice& choice,
                    const BatchTimeModel& times) {
  const int rows = static_cast<int>(choice.waits.size());
  if (!times.known()) return rows;
  int best = rows;
  int best_in_time = AnsweredInTime(choice, times, rows);
  for (int size = rows - 1; size > 0 && best_in_time < rows; --size) {
    const int in_time = AnsweredInTime(choice, times, size);
    if (in_time <= best_in_time) continue;
    best = size;
    best_in_time = in_time;
  }
  return best;
}

}  // namespace clip::batching
