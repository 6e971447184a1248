#ifndef SERVER_BATCHING_LANE_H_
#define SERVER_BATCHING_LANE_H_

#include <array>
#include <cstddef>
#include <string_view>

namespace clip::batching {

// Rows of one lane can share a batch; the lanes share the device.
enum class Lane { kImage = 0, kText = 1 };

inline constexpr size_t kLaneCount = 2;
inline constexpr std::array<Lane, kLaneCount> kLanes = {Lane::kImage,
                                                        Lane::kText};

constexpr size_t IndexOf(Lane lane) { return static_cast<size_t>(lane); }

// The name of the lane's tower in metrics and logs.
constexpr std::string_view LaneName(Lane lane) {
  return lane == Lane::kImage ? "image" : "text";
}

// One value for each lane.
template <typename T>
class PerLane {
 public:
  T& operator[](Lane lane) { return values_[IndexOf(lane)]; }
  const T& operator[](Lane lane) const { return values_[IndexOf(lane)]; }

 private:
  std::array<T, kLaneCount> values_ = {};
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_LANE_H_
