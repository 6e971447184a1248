#ifndef SERVER_SERVICE_CALL_OBSERVER_H_
#define SERVER_SERVICE_CALL_OBSERVER_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/admission/reject_reason.h"
#include "server/observability/rpc_method.h"

namespace clip::server {

// How one call went. Views are valid during the notification only.
struct CallRecord {
  RpcMethod method = RpcMethod::kEncodeImage;
  std::string_view request_id;
  absl::StatusCode code = absl::StatusCode::kOk;
  // Why the call failed; unlike the message that the client gets, it names the
  // cause of an INTERNAL. Empty for OK.
  std::string_view cause;
  // From the arrival of the request to its end.
  absl::Duration total;
  // Writing the reply; zero where the call never got that far.
  absl::Duration respond;
  size_t request_bytes = 0;
  // Why the service itself refused the call; what a pipeline refuses, it
  // reports on its own.
  std::optional<RejectReason> rejected;
};

// Told of the end of every call. Thread-safe; must not block, since it runs on
// the threads that answer.
class CallObserver {
 public:
  virtual ~CallObserver() = default;

  // Runs once for each call, just before its reply is sent.
  virtual void OnCallFinished(const CallRecord& record) = 0;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_CALL_OBSERVER_H_
