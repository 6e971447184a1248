#ifndef CLIENT_LOAD_LATENCY_HISTOGRAM_H_
#define CLIENT_LOAD_LATENCY_HISTOGRAM_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace clip::client::load {

// A value and the interval that holds the true one in 95 of 100 runs.
struct Estimate {
  absl::Duration value;
  absl::Duration low;
  absl::Duration high;
};

// Times in buckets whose width grows with the time: every power of two of
// nanoseconds has 128 of them. What it says of a recorded time is off by at
// most kRelativeError of it, and exact below 256 ns; smallest, largest and mean
// are exact. Times below zero count as zero, those above kLongest as kLongest.
//
// A value; not thread-safe. Its memory grows with the largest time: 17 KB for
// 10 ms, 40 KB at most.
class LatencyHistogram {
 public:
  // Half a bucket.
  static constexpr double kRelativeError = 1.0 / 256;
  // About 78 hours.
  static constexpr absl::Duration kLongest =
      absl::Nanoseconds((int64_t{1} << 48) - 1);

  void Record(absl::Duration time);

  // The same as recording all that `other` recorded.
  void Merge(const LatencyHistogram& other);

  uint64_t count() const { return count_; }
  // Zero where nothing was recorded, as are Mean and Quantile.
  absl::Duration min() const;
  absl::Duration max() const { return absl::Nanoseconds(max_); }
  absl::Duration Mean() const;

  // The smallest time that a part `quantile`, in [0, 1], of the times does not
  // exceed.
  absl::Duration Quantile(double quantile) const;

  // The same with its confidence interval, by order statistics: the ranks that
  // a binomial draw of `count` stays between. It takes the times for
  // independent; those of a queue hang together, so it is rather too narrow.
  Estimate QuantileWithInterval(double quantile) const;

  // How many times are at most `limit`. A time within kRelativeError of the
  // limit may count on the other side.
  uint64_t CountUpTo(absl::Duration limit) const;

 private:
  // `rank` from 1 to count_.
  absl::Duration AtRank(uint64_t rank) const;

  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
  int64_t min_ = 0;
  int64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_LATENCY_HISTOGRAM_H_
