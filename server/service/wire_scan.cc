#include "server/service/wire_scan.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <cstdint>

namespace clip::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

class Walker {
 public:
  Walker(CodedInputStream& input, size_t max_objects)
      : input_(input), max_objects_(max_objects) {}

  // False where the walk has to stop.
  bool Walk(const Descriptor& type) {
    // Groups, all of which are unknown, are walked as if they had no bounds.
    int groups = 0;
    while (const uint32_t tag = input_.ReadTag()) {
      const FieldDescriptor* const field =
          groups > 0
              ? nullptr
              : type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
      const auto kind = WireFormatLite::GetTagWireType(tag);
      if (kind == WireFormatLite::WIRETYPE_START_GROUP) ++groups;
      if (kind == WireFormatLite::WIRETYPE_END_GROUP) --groups;
      if (!Count(field, kind) || !Pass(field, kind, tag)) return false;
    }
    return input_.ConsumedEntireMessage();
  }

  const WireScan& scan() const { return scan_; }

 private:
  bool Count(const FieldDescriptor* field, WireFormatLite::WireType kind) {
    if (field == nullptr) scan_.has_unknown = true;
    if (field == nullptr || kind == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      ++scan_.objects;
    }
    return scan_.objects <= max_objects_;
  }

  // Goes to the end of the field, or of what opens or closes a group.
  bool Pass(const FieldDescriptor* field, WireFormatLite::WireType kind,
            uint32_t tag) {
    switch (kind) {
      case WireFormatLite::WIRETYPE_START_GROUP:
      case WireFormatLite::WIRETYPE_END_GROUP:
        return true;
      case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
        return PassBytes(field);
      default:
        return WireFormatLite::SkipField(&input_, tag);
    }
  }

  bool PassBytes(const FieldDescriptor* field) {
    int length = 0;
    if (!input_.ReadVarintSizeAsInt(&length)) return false;
    if (field == nullptr || field->type() != FieldDescriptor::TYPE_MESSAGE) {
      return input_.Skip(length);
    }
    const CodedInputStream::Limit limit = input_.PushLimit(length);
    if (!Walk(*field->message_type())) return false;
    input_.PopLimit(limit);
    return true;
  }

  CodedInputStream& input_;
  const size_t max_objects_;
  WireScan scan_;
};

}  // namespace

WireScan ScanWire(const grpc::ByteBuffer& bytes, const Descriptor& type,
                  size_t max_objects) {
  // The reader empties the buffer that it is given.
  grpc::ByteBuffer copy = bytes;
  grpc::ProtoBufferReader reader(&copy);
  if (!reader.status().ok()) return {};
  CodedInputStream input(&reader);
  Walker walker(input, max_objects);
  walker.Walk(type);
  return walker.scan();
}

}  // namespace clip::server
