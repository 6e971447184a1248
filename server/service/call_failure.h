#ifndef SERVER_SERVICE_CALL_FAILURE_H_
#define SERVER_SERVICE_CALL_FAILURE_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "server/admission/reject_reason.h"
#include "server/pipeline/embedding_pipeline.h"

namespace clip::server {

// The client-visible error of a pipeline's refusal or failure. `field` gives
// the path of the item at an index, for example "texts[0]". REQUIRES: the
// status of `result` is not OK.
absl::Status CallFailure(const CallResult& result,
                         const std::function<std::string(int item)>& field);

// What a client sees of an error: of a defect (INTERNAL, UNKNOWN) the request
// id only, else the error itself.
absl::Status ClientView(const absl::Status& error,
                        const std::string& request_id);

// How a refusal of the service itself is counted; nothing for what is no
// refusal. Not for what a pipeline refuses, which has counted it.
std::optional<RejectReason> RejectReasonOf(const absl::Status& error);

}  // namespace clip::server

#endif  // SERVER_SERVICE_CALL_FAILURE_H_
