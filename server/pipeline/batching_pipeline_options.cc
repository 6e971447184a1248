#include "server/pipeline/batching_pipeline_options.h"

#include "fmt/format.h"
#include "model/base/status_macros.h"

namespace clip::server {
namespace {

absl::Status CheckAtLeast(const char* name, int value, int least) {
  if (value >= least) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} is {}; it must be at least {}", name, value, least));
}

absl::Status CheckPositive(const char* name, absl::Duration value) {
  if (value > absl::ZeroDuration()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} must be longer than zero", name));
}

}  // namespace

absl::Status Validate(const BatchingPipelineOptions& options) {
  const AdmissionOptions& admission = options.admission;
  CLIP_RETURN_IF_ERROR(
      CheckAtLeast("decode_threads", options.decode_threads, 0));
  CLIP_RETURN_IF_ERROR(
      CheckAtLeast("max_batch_size", options.max_batch_size, 1));
  CLIP_RETURN_IF_ERROR(
      CheckAtLeast("executor_threads", options.executor_threads, 0));
  CLIP_RETURN_IF_ERROR(
      CheckAtLeast("max_queue_items", admission.max_queue_items, 1));
  CLIP_RETURN_IF_ERROR(
      CheckPositive("max_queue_delay", admission.max_queue_delay));
  CLIP_RETURN_IF_ERROR(CheckPositive("stuck_after", options.stuck_after));
  if (options.max_batch_delay < absl::ZeroDuration()) {
    return absl::InvalidArgumentError("max_batch_delay must not be negative");
  }
  if (options.target_latency < absl::ZeroDuration()) {
    return absl::InvalidArgumentError("target_latency must not be negative");
  }
  return absl::OkStatus();
}

}  // namespace clip::server
