// How a call that ends without its embeddings is answered and counted.
#ifndef SERVER_PIPELINE_CALL_REFUSAL_H_
#define SERVER_PIPELINE_CALL_REFUSAL_H_

#include <optional>

#include "absl/status/status.h"
#include "server/admission/admission_controller.h"
#include "server/admission/reject_reason.h"
#include "server/pipeline/embedding_pipeline.h"

namespace clip::server {

// A result with this status and nothing else.
CallResult FailedCall(const absl::Status& status);

// What admission's refusal looks like to the caller.
CallResult RefusedCall(const AdmissionRefusal& refusal);

// The counter's reason for a call that ended before its rows were queued; none
// where that is our own defect.
std::optional<RejectReason> ReasonOf(const absl::Status& status);

}  // namespace clip::server

#endif  // SERVER_PIPELINE_CALL_REFUSAL_H_
