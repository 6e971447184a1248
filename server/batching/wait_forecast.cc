#include "server/batching/wait_forecast.h"

#include <algorithm>
#include <cmath>

#include "server/batching/fair_share.h"

namespace clip::batching {
absl::Duration WaitForecast::TimeOf(Line line, int rows) const {
  const BatchWork& waiting = backlog_.waiting[line];
  const double length =
      waiting.rows > 0 ? static_cast<double>(waiting.positions) / waiting.rows
                       : std::max(1.0, backlog_.row_length[line.lane]);
  const BatchTimeModel& times = backlog_.times[line.lane];
  const auto time_of_batch = [&](int count) {
    if (count == 0) return absl::ZeroDuration();
    return times.Predict({count, std::llround(std::ceil(count * length))});
  };
  const int full_batches = rows / options_.max_batch_size;
  return full_batches * time_of_batch(options_.max_batch_size) +
         time_of_batch(rows % options_.max_batch_size);
}

absl::Duration WaitForecast::TimeOfAll(Line line) const {
  return TimeOf(line, backlog_.waiting[line].rows);
}

absl::Duration WaitForecast::OneBatch(Line line) const {
  const int usual = static_cast<int>(std::ceil(backlog_.batch_rows[line]));
  const int rows = std::max(backlog_.waiting[line].rows, usual);
  return TimeOf(line, std::min(rows, options_.max_batch_size));
}

bool WaitForecast::Runs(Line line) const {
  return std::any_of(
      backlog_.running.begin(), backlog_.running.end(),
      [line](const RunningBatch& batch) { return batch.line == line; });
}

absl::Duration WaitForecast::UntilFree() const {
  if (static_cast<int>(backlog_.running.size()) < options_.executors) {
    return absl::ZeroDuration();
  }
  absl::Duration first = absl::InfiniteDuration();
  for (const RunningBatch& batch : backlog_.running) {
    first = std::min(first, batch.left);
  }
  return first;
}

absl::Duration WaitForecast::Passing(Line other, Line line, absl::Duration own,
                                     OtherLines others) const {
  const bool waits = backlog_.waiting[other].rows > 0;
  const bool goes_on = others == OtherLines::kGoOn && (waits || Runs(other));
  if (!waits && !goes_on) return absl::ZeroDuration();
  // It goes first for as long as it is behind, and then ends the batch that it
  // has begun.
  const absl::Duration ahead = backlog_.used[line] +
                               FairShare::ChargePerSecond(line) * own -
                               backlog_.used[other];
  const bool wins_tie = other.priority <= line.priority;
  if (ahead < absl::ZeroDuration()) return absl::ZeroDuration();
  if (ahead == absl::ZeroDuration() && !wins_tie) return absl::ZeroDuration();
  const absl::Duration share =
      ahead / FairShare::ChargePerSecond(other) + OneBatch(other);
  return goes_on ? share : std::min(share, TimeOfAll(other));
}

absl::Duration WaitForecast::WaitOf(Line line, int rows,
                                    OtherLines others) const {
  // Only full batches go before the last row: it rides with the rest.
  const int ahead = backlog_.waiting[line].rows + rows - 1;
  const absl::Duration own =
      TimeOf(line, ahead - ahead % options_.max_batch_size);
  absl::Duration work = own;
  for (const Line other : kLines) {
    if (!(other == line)) work += Passing(other, line, own, others);
  }
  return UntilFree() + work / options_.executors;
}

absl::Duration WaitForecast::BatchTimeOf(Line line, int rows) const {
  const int waiting = backlog_.waiting[line].rows;
  const int together = (waiting + rows - 1) % options_.max_batch_size + 1;
  const int usual = static_cast<int>(std::ceil(backlog_.batch_rows[line]));
  return TimeOf(line,
                std::min(std::max(together, usual), options_.max_batch_size));
}

absl::Duration WaitForecast::TimeToFinish() const {
  absl::Duration work;
  for (const Line line : kLines) work += TimeOfAll(line);
  for (const RunningBatch& batch : backlog_.running) work += batch.left;
  return work / options_.executors;
}

}  // namespace clip::batching
