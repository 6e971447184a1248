#ifndef CLIENT_LOAD_RATE_SEARCH_H_
#define CLIENT_LOAD_RATE_SEARCH_H_

#include <optional>

#include "absl/status/statusor.h"

namespace clip::client::load {

// Finds the highest rate at which something holds: doubles from the lowest
// until it does not, then halves the gap until it is within a twentieth. It
// decides which rate to try; the caller tries it. Not thread-safe.
class RateSearch {
 public:
  // INVALID_ARGUMENT unless 0 < lowest <= highest.
  static absl::StatusOr<RateSearch> Create(double lowest, double highest);

  // The rate to try, or nothing where the search is over.
  std::optional<double> Next() const;

  // It held at the rate of Next, or it did not.
  void Report(bool held);

  // The highest rate at which it held.
  std::optional<double> best() const { return best_; }

 private:
  RateSearch(double lowest, double highest)
      : highest_(highest), candidate_(lowest) {}

  double highest_;
  std::optional<double> candidate_;
  std::optional<double> best_;
  // The lowest rate at which it did not hold.
  std::optional<double> worst_;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_RATE_SEARCH_H_
