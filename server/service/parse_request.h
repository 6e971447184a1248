#ifndef SERVER_SERVICE_PARSE_REQUEST_H_
#define SERVER_SERVICE_PARSE_REQUEST_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"

namespace clip::server {

// Parses the bytes of a call into `request`, which copies what it keeps: what
// it does not know, it does not. Takes at most 16 times the bytes and 8 MiB; a
// message of so many small values that it would be more is INVALID_ARGUMENT.
//
// gRPC's own parsing turns every fault into UNIMPLEMENTED; here it is
// INVALID_ARGUMENT, and where a string is not UTF-8 the error names the field.
//
// CANCELLED where there is no message, not even an empty one: gRPC hands over
// an invalid buffer where the caller goes before its message has come.
absl::Status ParseRequest(const grpc::ByteBuffer& bytes,
                          google::protobuf::Message& request);

}  // namespace clip::server

#endif  // SERVER_SERVICE_PARSE_REQUEST_H_
