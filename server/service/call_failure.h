#ifndef SERVER_SERVICE_CALL_FAILURE_H_
#define SERVER_SERVICE_CALL_FAILURE_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "server/pipeline/embedding_pipeline.h"

namespace clip::server {

// The client-visible error of a pipeline's refusal or failure. `field` gives
// the path of the item at an index, for example "texts[0]". REQUIRES: the
// status of `result` is not OK.
absl::Status CallFailure(const CallResult& result,
                         const std::function<std::string(int item)>& field);

}  // namespace clip::server

#endif  // SERVER_SERVICE_CALL_FAILURE_H_
