#include "server/web/grpc_error.h"

#include <algorithm>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace clip::server {
namespace {

struct WebCode {
  grpc::StatusCode code;
  const char* name;
  int http_status;
};

constexpr WebCode kWebCodes[] = {
    {grpc::INVALID_ARGUMENT, "INVALID_ARGUMENT", 400},
    {grpc::NOT_FOUND, "NOT_FOUND", 404},
    {grpc::RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED", 429},
    {grpc::DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", 504},
    {grpc::UNAVAILABLE, "UNAVAILABLE", 503},
    // What a call gets that the end of the server overtook.
    {grpc::CANCELLED, "UNAVAILABLE", 503},
};
constexpr WebCode kOther = {grpc::INTERNAL, "INTERNAL", 500};

WebCode WebCodeOf(grpc::StatusCode code) {
  for (const WebCode& known : kWebCodes) {
    if (known.code == code) return known;
  }
  return kOther;
}

// The first detail of this type; one without any field where there is none.
template <typename Detail>
Detail FindDetail(const grpc::Status& error) {
  google::rpc::Status details;
  Detail detail;
  if (!details.ParseFromString(error.error_details())) return detail;
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&detail)) break;
  }
  return detail;
}

// Whole seconds; none would mean at once.
std::string RetryAfter(const google::protobuf::Duration& delay) {
  return std::to_string(
      std::max<int64_t>(1, delay.seconds() + (delay.nanos() > 0 ? 1 : 0)));
}

}  // namespace

HttpResponse FromGrpcError(const grpc::Status& error) {
  WebCode code = WebCodeOf(error.error_code());
  const auto retry_info = FindDetail<google::rpc::RetryInfo>(error);
  if (code.code == grpc::RESOURCE_EXHAUSTED && !retry_info.has_retry_delay()) {
    // The message is over the limit, and waiting does not help.
    code.http_status = 413;
  }
  const auto bad_request = FindDetail<google::rpc::BadRequest>(error);
  HttpResponse response =
      HttpError(code.http_status, code.name,
                code.code == grpc::CANCELLED ? "the server is shutting down"
                                             : error.error_message(),
                bad_request.field_violations().empty()
                    ? ""
                    : bad_request.field_violations(0).field());
  if (retry_info.has_retry_delay()) {
    response.fields.emplace_back("Retry-After",
                                 RetryAfter(retry_info.retry_delay()));
  }
  return response;
}

}  // namespace clip::server
