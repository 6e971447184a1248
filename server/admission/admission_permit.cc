#include "server/admission/admission_permit.h"

#include <utility>

#include "server/admission/admission_controller.h"

namespace clip::server {

AdmissionPermit::AdmissionPermit(AdmissionPermit&& other) noexcept
    : controller_(std::exchange(other.controller_, nullptr)),
      priority_(other.priority_),
      items_(other.items_),
      bytes_(other.bytes_),
      before_queue_(other.before_queue_) {}

AdmissionPermit& AdmissionPermit::operator=(AdmissionPermit&& other) noexcept {
  if (this == &other) return *this;
  Release();
  controller_ = std::exchange(other.controller_, nullptr);
  priority_ = other.priority_;
  items_ = other.items_;
  bytes_ = other.bytes_;
  before_queue_ = other.before_queue_;
  return *this;
}

AdmissionPermit::~AdmissionPermit() { Release(); }

void AdmissionPermit::LeaveForQueue() {
  if (controller_ == nullptr || !std::exchange(before_queue_, false)) return;
  controller_->LeaveForQueue(priority_, items_);
}

void AdmissionPermit::Release() {
  LeaveForQueue();
  AdmissionController* controller = std::exchange(controller_, nullptr);
  if (controller != nullptr) controller->Release(priority_, items_, bytes_);
}

}  // namespace clip::server
