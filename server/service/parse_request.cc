#include "server/service/parse_request.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <optional>
#include <string>

#include "server/service/bad_string.h"
#include "server/service/errors.h"
#include "server/service/wire_scan.h"

namespace clip::server {
namespace {

// What a message of this size may take. Pictures and long texts take their own
// size again, token ids up to twelve times theirs.
size_t MaxMemory(size_t bytes) { return (size_t{8} << 20) + 16 * bytes; }

bool ParseFrom(grpc::ByteBuffer bytes, google::protobuf::Message& message) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

}  // namespace

absl::Status ParseRequest(const grpc::ByteBuffer& bytes,
                          google::protobuf::Message& request) {
  if (!bytes.Valid()) return MissingMessage();
  const google::protobuf::Descriptor& type = *request.GetDescriptor();
  const size_t max_memory = MaxMemory(bytes.Length());
  const WireScan scan = ScanWire(bytes, type, max_memory);
  if (scan.is_malformed) return MalformedMessage(type.full_name());
  if (scan.memory_bytes > max_memory) return TooManyFields();
  if (ParseFrom(bytes, request)) {
    if (scan.has_unknown) request.DiscardUnknownFields();
    return absl::OkStatus();
  }
  request.Clear();
  const std::optional<std::string> path = FindBadString(bytes, type);
  if (path.has_value()) return BadField(*path, "not UTF-8");
  return MalformedMessage(type.full_name());
}

}  // namespace clip::server
