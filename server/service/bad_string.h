#ifndef SERVER_SERVICE_BAD_STRING_H_
#define SERVER_SERVICE_BAD_STRING_H_

#include <google/protobuf/descriptor.h>
#include <grpcpp/support/byte_buffer.h>

#include <optional>
#include <string>

namespace clip::server {

// The path of the first string of a message that is not UTF-8, for example
// "inputs[1].name". Protobuf does not say which one it refused. Null where
// there is none. REQUIRES: the message is not malformed.
std::optional<std::string> FindBadString(
    const grpc::ByteBuffer& bytes, const google::protobuf::Descriptor& type);

}  // namespace clip::server

#endif  // SERVER_SERVICE_BAD_STRING_H_
