#ifndef SERVER_ADMISSION_ADMISSION_PERMIT_H_
#define SERVER_ADMISSION_ADMISSION_PERMIT_H_

#include <cstddef>

#include "server/batching/lane.h"
#include "server/batching/priority.h"

namespace clip::server {

class AdmissionController;

// The right of one call to hold its items and bytes. Gives them back exactly
// once: by Release or by its destruction. Tells admission when the items go to
// the queue, which from then on counts them itself. Movable; the controller
// must outlive it. Not thread-safe.
class AdmissionPermit {
 public:
  // Holds nothing.
  AdmissionPermit() = default;
  AdmissionPermit(AdmissionPermit&& other) noexcept;
  AdmissionPermit& operator=(AdmissionPermit&& other) noexcept;
  ~AdmissionPermit();

  // May be called once, before Release.
  void LeaveForQueue();
  void Release();

 private:
  friend class AdmissionController;
  AdmissionPermit(AdmissionController& controller, batching::Priority priority,
                  const batching::PerLane<int>& items, size_t bytes)
      : controller_(&controller),
        priority_(priority),
        items_(items),
        bytes_(bytes) {}

  // Null where nothing is held.
  AdmissionController* controller_ = nullptr;
  batching::Priority priority_ = batching::Priority::kInteractive;
  batching::PerLane<int> items_;
  size_t bytes_ = 0;
  bool before_queue_ = true;
};

}  // namespace clip::server

#endif  // SERVER_ADMISSION_ADMISSION_PERMIT_H_
