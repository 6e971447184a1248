#include "server/service/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/types/optional.h"
#include "google/rpc/error_details.pb.h"
#include "server/service/limits.h"

namespace clip::server {
namespace {

void AttachRetryInfo(absl::Status& error, absl::Duration delay) {
  google::rpc::RetryInfo retry_info;
  const int64_t seconds = absl::ToInt64Seconds(delay);
  retry_info.mutable_retry_delay()->set_seconds(seconds);
  retry_info.mutable_retry_delay()->set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(delay - absl::Seconds(seconds))));
  error.SetPayload(kRetryInfoType, absl::Cord(retry_info.SerializeAsString()));
}

}  // namespace

std::string EchoOf(std::string_view input) {
  const bool cut = input.size() > kMaxEchoedBytes;
  return absl::CHexEscape(std::string(input.substr(0, kMaxEchoedBytes))) +
         (cut ? "..." : "");
}

absl::Status BadField(std::string_view field, std::string_view reason) {
  reason = reason.substr(0, kMaxErrorMessageBytes);
  absl::Status error =
      absl::InvalidArgumentError(fmt::format("{}: {}", field, reason));
  google::rpc::BadRequest details;
  google::rpc::BadRequest::FieldViolation* violation =
      details.add_field_violations();
  violation->set_field(field.data(), field.size());
  violation->set_description(reason.data(), reason.size());
  error.SetPayload(kBadRequestType, absl::Cord(details.SerializeAsString()));
  return error;
}

absl::Status MalformedMessage(std::string_view message_type) {
  return absl::InvalidArgumentError(
      fmt::format("the request is not a message of type {}", message_type));
}

absl::Status TooManyFields() {
  return absl::InvalidArgumentError(
      "the request has too many small fields for its size");
}

absl::Status UnknownModel(std::string_view name) {
  return absl::NotFoundError(fmt::format(
      "model \"{}\" is not served here; ListModels names those that are",
      EchoOf(name)));
}

absl::Status UnknownInferenceModel(std::string_view name) {
  return absl::NotFoundError(fmt::format(
      "Request for unknown model: \"{}\" is not served here", EchoOf(name)));
}

absl::Status UnknownModelVersion(std::string_view version,
                                 std::string_view served) {
  return absl::NotFoundError(
      fmt::format("version \"{}\" of the model is not served here; \"{}\" is",
                  EchoOf(version), served));
}

absl::Status UnknownLabelSet(std::string_view name) {
  return absl::NotFoundError(fmt::format(
      "label set \"{}\" is not kept here for this model; PutLabelSet makes it",
      EchoOf(name)));
}

absl::Status TooManyLabelSets(size_t most) {
  return absl::ResourceExhaustedError(fmt::format(
      "all {} label sets are taken; DeleteLabelSet frees one", most));
}

absl::Status LabelSetsTooLarge(size_t bytes, size_t most) {
  return absl::ResourceExhaustedError(
      fmt::format("no room for a label set of {} bytes: all of them may have "
                  "{}; DeleteLabelSet frees some",
                  bytes, most));
}

absl::Status Overloaded(absl::Duration retry_after) {
  if (retry_after <= absl::ZeroDuration()) retry_after = kDefaultRetryDelay;
  absl::Status error = absl::ResourceExhaustedError(fmt::format(
      "the server is full; try again in {} ms",
      std::max<int64_t>(1, absl::ToInt64Milliseconds(retry_after))));
  AttachRetryInfo(error, retry_after);
  return error;
}

absl::Status DeadlinePassed() {
  return absl::DeadlineExceededError(
      "the deadline passed before the model was run");
}

absl::Status CallCancelled() {
  return absl::CancelledError("the caller cancelled the call");
}

absl::Status MissingMessage() {
  return absl::CancelledError("the call ended before its message came");
}

absl::Status NotReady() {
  return absl::UnavailableError("the server is still warming up");
}

absl::Status Draining() {
  return absl::UnavailableError("the server is shutting down");
}

absl::Status UnservedMethod(std::string_view method) {
  return absl::UnimplementedError(
      fmt::format("{} is not served here", EchoOf(method)));
}

absl::Status InternalError(std::string_view request_id) {
  return absl::InternalError(
      fmt::format("internal error; request id {}", request_id));
}

std::optional<absl::Duration> RetryDelay(const absl::Status& error) {
  const absl::optional<absl::Cord> payload = error.GetPayload(kRetryInfoType);
  google::rpc::RetryInfo retry_info;
  if (!payload.has_value() ||
      !retry_info.ParseFromString(std::string(*payload))) {
    return std::nullopt;
  }
  return absl::Seconds(retry_info.retry_delay().seconds()) +
         absl::Nanoseconds(retry_info.retry_delay().nanos());
}

}  // namespace clip::server
