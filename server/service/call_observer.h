#ifndef SERVER_SERVICE_CALL_OBSERVER_H_
#define SERVER_SERVICE_CALL_OBSERVER_H_

#include <cstddef>
#include <cstdint>
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
  // Items of a stream; 0 for other calls.
  int64_t stream_items = 0;
  // Why the service itself refused the call; what a pipeline refuses, it
  // reports on its own.
  std::optional<RejectReason> rejected;
};

// How one item of a stream went. Views are valid during the notification only.
struct StreamItemRecord {
  // Of the stream.
  std::string_view request_id;
  absl::StatusCode code = absl::StatusCode::kOk;
  // As CallRecord's.
  std::string_view cause;
  std::optional<RejectReason> rejected;
};

// A label set that is kept from now on, or not any more. Views are valid during
// the notification only.
struct LabelSetChange {
  // +1 for a new set, 0 for one that replaces another, -1 for a deletion.
  int delta = 0;
  std::string_view model;
  std::string_view name;
  size_t labels = 0;
};

// Told of the end of every call, and of label sets. Thread-safe; must not
// block, since it runs on the threads that answer.
class CallObserver {
 public:
  virtual ~CallObserver() = default;

  // Runs once for each call, just before its reply is sent.
  virtual void OnCallFinished(const CallRecord& record) = 0;

  // Runs once for each item of a stream, before its reply is queued.
  virtual void OnStreamItem(const StreamItemRecord& /*record*/) {}

  // So many more streams are open; fewer where negative.
  virtual void OnStreamsChanged(int /*delta*/) {}

  // Runs once for each change, under no lock; changes of several threads may be
  // told in another order than they took place.
  virtual void OnLabelSetChanged(const LabelSetChange& /*change*/) {}
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_CALL_OBSERVER_H_
