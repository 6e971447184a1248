#ifndef SERVER_ADMISSION_REJECT_REASON_H_
#define SERVER_ADMISSION_REJECT_REASON_H_

#include <array>
#include <cstddef>
#include <string_view>

namespace clip::server {

// Why something was refused; the label of clip_rejected_total. The set is
// fixed, so no caller can add a time series.
enum class RejectReason {
  // Calls that were refused.
  kQueueFull,  // max_queue_items are in flight, or there is no room for one
               // more stream or label set.
  kBytes,      // max_inflight_bytes are in flight.
  kWait,       // The estimated wait is above max_queue_delay.
  kDeadline,   // The deadline has passed, or would pass while waiting.
  kCancelled,  // The caller had gone before the work began.
  kDraining,   // The server shuts down.
  kInvalid,    // The input is bad.
  // Items that were accepted, then dropped when a batch formed.
  kExpiredInQueue,
  kCancelledInQueue,
};

inline constexpr std::array<RejectReason, 9> kRejectReasons = {
    RejectReason::kQueueFull,
    RejectReason::kBytes,
    RejectReason::kWait,
    RejectReason::kDeadline,
    RejectReason::kCancelled,
    RejectReason::kDraining,
    RejectReason::kInvalid,
    RejectReason::kExpiredInQueue,
    RejectReason::kCancelledInQueue};

constexpr std::string_view RejectReasonName(RejectReason reason) {
  switch (reason) {
    case RejectReason::kQueueFull:
      return "queue_full";
    case RejectReason::kBytes:
      return "bytes";
    case RejectReason::kWait:
      return "wait";
    case RejectReason::kDeadline:
      return "deadline";
    case RejectReason::kCancelled:
      return "cancelled";
    case RejectReason::kDraining:
      return "draining";
    case RejectReason::kInvalid:
      return "invalid";
    case RejectReason::kExpiredInQueue:
      return "expired_in_queue";
    case RejectReason::kCancelledInQueue:
      return "cancelled_in_queue";
  }
  return "unknown";
}

}  // namespace clip::server

#endif  // SERVER_ADMISSION_REJECT_REASON_H_
