#ifndef SERVER_BATCHING_LINE_H_
#define SERVER_BATCHING_LINE_H_

#include <array>
#include <cstddef>

#include "server/batching/lane.h"
#include "server/batching/priority.h"

namespace clip::batching {

// Rows that wait behind each other: of one lane and one priority. Only rows of
// one line share a batch, since a bulk row in the batch of an interactive one
// would make it longer.
struct Line {
  Lane lane = Lane::kImage;
  Priority priority = Priority::kInteractive;
};

constexpr bool operator==(Line a, Line b) {
  return a.lane == b.lane && a.priority == b.priority;
}

// The interactive lines first.
inline constexpr std::array<Line, kLaneCount* kPriorityCount> kLines = {
    Line{Lane::kImage, Priority::kInteractive},
    Line{Lane::kText, Priority::kInteractive},
    Line{Lane::kImage, Priority::kBulk}, Line{Lane::kText, Priority::kBulk}};

// One value for each line.
template <typename T>
class PerLine {
 public:
  T& operator[](Line line) { return values_[line.priority][line.lane]; }
  const T& operator[](Line line) const {
    return values_[line.priority][line.lane];
  }

 private:
  PerPriority<PerLane<T>> values_;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_LINE_H_
