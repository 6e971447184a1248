// The catalogue of errors that a client can see. Every one is made here, as an
// absl::Status whose payloads carry the google.rpc details; grpc_status.h puts
// them on the wire.
//
// A message never repeats more of the caller's input than a name's first
// kMaxEchoedBytes bytes, and holds no path, address or stack trace.
#ifndef SERVER_SERVICE_ERRORS_H_
#define SERVER_SERVICE_ERRORS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace clip::server {

// Type URLs of the payloads, and of the details on the wire.
inline constexpr char kBadRequestType[] =
    "type.googleapis.com/google.rpc.BadRequest";
inline constexpr char kRetryInfoType[] =
    "type.googleapis.com/google.rpc.RetryInfo";

// The first bytes of something the caller sent, made printable.
std::string EchoOf(std::string_view input);

// INVALID_ARGUMENT: a field of the request is wrong. `field` is its path, for
// example "images[2].encoded". Carries google.rpc.BadRequest.
absl::Status BadField(std::string_view field, std::string_view reason);

// INVALID_ARGUMENT: the bytes are not a message of this type.
absl::Status MalformedMessage(std::string_view message_type);

// INVALID_ARGUMENT: fields so small and many that they would take far more
// memory than their bytes.
absl::Status TooManyFields();

// NOT_FOUND: no model of this name is served.
absl::Status UnknownModel(std::string_view name);

// NOT_FOUND: the same for inference.GRPCInferenceService, in the words that
// Triton's clients look for.
absl::Status UnknownInferenceModel(std::string_view name);

// NOT_FOUND: the model has another version, `served`.
absl::Status UnknownModelVersion(std::string_view version,
                                 std::string_view served);

// NOT_FOUND: no label set of this name is kept for the model.
absl::Status UnknownLabelSet(std::string_view name);

// RESOURCE_EXHAUSTED: no room for one more label set, or for its bytes. Waiting
// does not help, so there is no advice to retry.
absl::Status TooManyLabelSets(size_t most);
absl::Status LabelSetsTooLarge(size_t bytes, size_t most);

// RESOURCE_EXHAUSTED: the server is full. Carries google.rpc.RetryInfo; a
// `retry_after` of zero or less asks for kDefaultRetryDelay.
absl::Status Overloaded(absl::Duration retry_after);

// DEADLINE_EXCEEDED: the model was not run.
absl::Status DeadlinePassed();

// CANCELLED: the caller has gone.
absl::Status CallCancelled();

// CANCELLED: the caller has gone, or closed its side, before its message came.
absl::Status MissingMessage();

// UNAVAILABLE: the server is not ready yet, or not any more.
absl::Status NotReady();
absl::Status Draining();

// UNIMPLEMENTED: no service here has this method, "/package.Service/Method".
absl::Status UnservedMethod(std::string_view method);

// INTERNAL: a defect of the server. All the client learns is the request id,
// which finds the cause in the log.
absl::Status InternalError(std::string_view request_id);

// The delay of an error that carries google.rpc.RetryInfo.
std::optional<absl::Duration> RetryDelay(const absl::Status& error);

}  // namespace clip::server

#endif  // SERVER_SERVICE_ERRORS_H_
