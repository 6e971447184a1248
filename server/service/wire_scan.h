#ifndef SERVER_SERVICE_WIRE_SCAN_H_
#define SERVER_SERVICE_WIRE_SCAN_H_

#include <google/protobuf/descriptor.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>

namespace clip::server {

// What parsing a message would make, found without making it.
struct WireScan {
  // Memory that it would take at most, the moments included when an array grows
  // to twice its size.
  size_t memory_bytes = 0;
  // Whether it has fields that the type does not know, or knows otherwise.
  bool has_unknown = false;
  // It is no message: cut, or with bytes that are no field.
  bool is_malformed = false;
};

// Walks the wire form of a message of this type. Stops where it is malformed,
// and where the memory exceeds `max_memory`.
WireScan ScanWire(const grpc::ByteBuffer& bytes,
                  const google::protobuf::Descriptor& type, size_t max_memory);

}  // namespace clip::server

#endif  // SERVER_SERVICE_WIRE_SCAN_H_
