#ifndef SERVER_SERVICE_WIRE_SCAN_H_
#define SERVER_SERVICE_WIRE_SCAN_H_

#include <google/protobuf/descriptor.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>

namespace clip::server {

// What parsing a message would make, found without making it.
struct WireScan {
  // Values for which memory of their own is taken, some 80 bytes each however
  // short they are: strings, bytes, messages, and fields that the type does
  // not know.
  size_t objects = 0;
  bool has_unknown = false;
};

// Walks the wire form of a message of this type. Stops where it is malformed,
// which is the parser's to report, and behind `max_objects`, with one more.
WireScan ScanWire(const grpc::ByteBuffer& bytes,
                  const google::protobuf::Descriptor& type, size_t max_objects);

}  // namespace clip::server

#endif  // SERVER_SERVICE_WIRE_SCAN_H_
