#ifndef SERVER_BATCHING_WORK_COUNTER_H_
#define SERVER_BATCHING_WORK_COUNTER_H_

#include <algorithm>
#include <cstdint>

#include "server/batching/batch_work.h"

namespace clip::batching {

// What the rows of a batch cost that are not equally long.
enum class Padding {
  // Each has as many positions as the longest one.
  kToLongest,
  // Each has its own.
  kNone,
};

// Adds up the work of a batch, row by row.
class WorkCounter {
 public:
  explicit WorkCounter(Padding padding) : padding_(padding) {}

  void Add(int length) {
    ++rows_;
    length_ += length;
    longest_ = std::max(longest_, length);
  }

  BatchWork work() const {
    return {rows_,
            padding_ == Padding::kNone ? length_ : int64_t{rows_} * longest_};
  }
  // Sum of the rows' own lengths.
  int64_t length() const { return length_; }

 private:
  Padding padding_;
  int rows_ = 0;
  int64_t length_ = 0;
  int longest_ = 0;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_WORK_COUNTER_H_
