#ifndef SERVER_BATCHING_LENGTH_RANGE_H_
#define SERVER_BATCHING_LENGTH_RANGE_H_

#include <limits>

namespace clip::batching {

// Lengths from `shortest` to `longest`, both included; all by default.
struct LengthRange {
  int shortest = 0;
  int longest = std::numeric_limits<int>::max();

  bool Contains(int length) const {
    return shortest <= length && length <= longest;
  }
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_LENGTH_RANGE_H_
