#include "client/load/latency_histogram.h"

#include <algorithm>
#include <cmath>

namespace clip::client::load {
namespace {

// Buckets of one power of two: 2^7.
constexpr int kBucketBits = 7;
// Of a normal distribution: 95 % lie within so many standard deviations.
constexpr double kDeviations = 1.96;

int HighestBit(uint64_t value) { return 63 - __builtin_clzll(value); }

// Each time below 2^(kBucketBits + 1) has a bucket of its own; above, the
// highest kBucketBits + 1 bits name the bucket.
size_t BucketOf(int64_t nanoseconds) {
  const auto value = static_cast<uint64_t>(nanoseconds);
  if (value < (uint64_t{2} << kBucketBits)) return value;
  const int shift = HighestBit(value) - kBucketBits;
  return (static_cast<size_t>(shift) << kBucketBits) + (value >> shift);
}

int64_t MiddleOf(size_t bucket) {
  if (bucket < (size_t{2} << kBucketBits)) return static_cast<int64_t>(bucket);
  const size_t shift = (bucket >> kBucketBits) - 1;
  const size_t first = (bucket - (shift << kBucketBits)) << shift;
  return static_cast<int64_t>(first + (size_t{1} << shift) / 2);
}

int64_t ToNanoseconds(absl::Duration time) {
  return absl::ToInt64Nanoseconds(
      std::clamp(time, absl::ZeroDuration(), LatencyHistogram::kLongest));
}

}  // namespace

void LatencyHistogram::Record(absl::Duration time) {
  const int64_t nanoseconds = ToNanoseconds(time);
  const size_t bucket = BucketOf(nanoseconds);
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  min_ = count_ == 0 ? nanoseconds : std::min(min_, nanoseconds);
  max_ = std::max(max_, nanoseconds);
  sum_ += static_cast<double>(nanoseconds);
  ++count_;
}

void LatencyHistogram::Merge(const LatencyHistogram& other) {
  if (other.count_ == 0) return;
  if (other.buckets_.size() > buckets_.size()) {
    buckets_.resize(other.buckets_.size());
  }
  for (size_t i = 0; i < other.buckets_.size(); ++i) {
    buckets_[i] += other.buckets_[i];
  }
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
  count_ += other.count_;
}

absl::Duration LatencyHistogram::min() const { return absl::Nanoseconds(min_); }

absl::Duration LatencyHistogram::Mean() const {
  if (count_ == 0) return absl::ZeroDuration();
  return absl::Nanoseconds(sum_ / static_cast<double>(count_));
}

absl::Duration LatencyHistogram::AtRank(uint64_t rank) const {
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank) {
      return absl::Nanoseconds(std::clamp(MiddleOf(i), min_, max_));
    }
  }
  return max();
}

absl::Duration LatencyHistogram::Quantile(double quantile) const {
  return QuantileWithInterval(quantile).value;
}

Estimate LatencyHistogram::QuantileWithInterval(double quantile) const {
  if (count_ == 0) return {};
  const auto total = static_cast<double>(count_);
  const double rank = std::ceil(quantile * total - 1e-9);
  const double spread =
      kDeviations * std::sqrt(total * quantile * (1 - quantile));
  const auto at = [this, total](double any_rank) {
    return AtRank(static_cast<uint64_t>(std::clamp(any_rank, 1.0, total)));
  };
  return {at(rank), at(std::floor(rank - spread)),
          at(std::ceil(rank + spread))};
}

uint64_t LatencyHistogram::CountUpTo(absl::Duration limit) const {
  if (limit < absl::ZeroDuration()) return 0;
  const size_t last = BucketOf(ToNanoseconds(limit));
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size() && i <= last; ++i) seen += buckets_[i];
  return seen;
}

}  // namespace clip::client::load
