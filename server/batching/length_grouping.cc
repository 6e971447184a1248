#include "server/batching/length_grouping.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace clip::batching {
namespace {

// Grouping lets younger rows pass older ones, so it has to save at least this
// share of the time.
constexpr double kLeastGain = 0.05;

absl::Duration TimeOf(const BatchTimeModel& times, int rows, int longest) {
  return times.Predict({rows, int64_t{rows} * longest});
}

absl::Duration TimeByAge(absl::Span<const WaitingRow> rows, int max_batch_size,
                         const BatchTimeModel& times) {
  absl::Duration time;
  while (!rows.empty()) {
    const auto batch = rows.subspan(0, max_batch_size);
    rows.remove_prefix(batch.size());
    int longest = 0;
    for (const WaitingRow& row : batch) longest = std::max(longest, row.length);
    time += TimeOf(times, static_cast<int>(batch.size()), longest);
  }
  return time;
}

// Indices of the rows, the longest first and the older ones of a length first.
std::vector<int> SortByLength(absl::Span<const WaitingRow> rows) {
  std::vector<int> sorted(rows.size());
  std::iota(sorted.begin(), sorted.end(), 0);
  std::stable_sort(sorted.begin(), sorted.end(), [&](int a, int b) {
    return rows[a].length > rows[b].length;
  });
  return sorted;
}

// The best way to run the sorted rows from some place on.
struct Rest {
  absl::Duration time;
  // Where the next length begins.
  int next_length = 0;
  // Where the first of its batches ends.
  int batch_end = 0;
};

// For each place in the sorted rows, from the back. A best batch ends where a
// length does, or is full.
std::vector<Rest> FindBestBatches(absl::Span<const WaitingRow> rows,
                                  absl::Span<const int> sorted,
                                  int max_batch_size,
                                  const BatchTimeModel& times) {
  const int count = static_cast<int>(sorted.size());
  std::vector<Rest> best(count + 1);
  best[count].next_length = count;
  for (int first = count - 1; first >= 0; --first) {
    Rest& rest = best[first];
    const int longest = rows[sorted[first]].length;
    const bool ends_here =
        first + 1 == count || rows[sorted[first + 1]].length != longest;
    rest.next_length = ends_here ? first + 1 : best[first + 1].next_length;
    rest.time = absl::InfiniteDuration();
    const int full = std::min(first + max_batch_size, count);
    for (int end = first; end < full;) {
      end = std::min(best[end].next_length, full);
      const absl::Duration time =
          TimeOf(times, end - first, longest) + best[end].time;
      if (time > rest.time) continue;
      rest.time = time;
      rest.batch_end = end;
    }
  }
  return best;
}

}  // namespace

LengthGroup ChooseLengthGroup(absl::Span<const WaitingRow> rows,
                              int max_batch_size, const BatchTimeModel& times) {
  const int count = static_cast<int>(rows.size());
  const LengthGroup by_age = {std::min(count, max_batch_size), {}};
  if (count < 2 || !times.known()) return by_age;
  const std::vector<int> sorted = SortByLength(rows);
  const std::vector<Rest> best =
      FindBestBatches(rows, sorted, max_batch_size, times);
  const absl::Duration time_by_age = TimeByAge(rows, max_batch_size, times);
  if (best[0].time > (1 - kLeastGain) * time_by_age) return by_age;
  int first = 0;
  const auto oldest = std::find(sorted.begin(), sorted.end(), 0);
  const int place = static_cast<int>(oldest - sorted.begin());
  while (best[first].batch_end <= place) first = best[first].batch_end;
  const int end = best[first].batch_end;
  return {end - first,
          {rows[sorted[end - 1]].length, rows[sorted[first]].length}};
}

}  // namespace clip::batching
