#ifndef SERVER_BATCHING_PRIORITY_H_
#define SERVER_BATCHING_PRIORITY_H_

#include <array>
#include <cstddef>

namespace clip::batching {

// Who waits for an item: a person, or a job that takes hours anyway.
enum class Priority { kInteractive = 0, kBulk = 1 };

// Device time of interactive items for each part of bulk ones, where both wait.
// Higher answers people sooner; at 8, bulk work still gets a ninth of a device
// that is never idle.
inline constexpr int kInteractiveWeight = 8;

inline constexpr size_t kPriorityCount = 2;
inline constexpr std::array<Priority, kPriorityCount> kPriorities = {
    Priority::kInteractive, Priority::kBulk};

// One value for each priority.
template <typename T>
class PerPriority {
 public:
  T& operator[](Priority priority) {
    return values_[static_cast<size_t>(priority)];
  }
  const T& operator[](Priority priority) const {
    return values_[static_cast<size_t>(priority)];
  }

 private:
  std::array<T, kPriorityCount> values_ = {};
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_PRIORITY_H_
