#include "server/service/wire_scan.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <cstdint>
#include <map>
#include <string>

#include "server/service/wire_field.h"

namespace clip::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// An array that grows is there twice for a moment, once with room to spare.
constexpr size_t kGrowth = 3;
// Of one allocation: the allocator's part, and the pointer to it in an array.
constexpr size_t kAllocation = 16 + kGrowth * sizeof(void*);
// Where a message keeps the fields that it does not know; made also when they
// are discarded.
constexpr size_t kUnknownFields = 64;
// Of an entry of a map with its key, beside a value that is a message.
constexpr size_t kMapNode = 128;

class Walker {
 public:
  Walker(CodedInputStream& input, size_t max_memory)
      : input_(input), max_memory_(max_memory) {}

  // False where the walk has to stop.
  bool Walk(const Descriptor& type) {
    // Groups, all of which are unknown, are walked as if they had no bounds.
    int groups = 0;
    while (const uint32_t tag = input_.ReadTag()) {
      const auto kind = WireFormatLite::GetTagWireType(tag);
      const FieldDescriptor* const field =
          groups > 0 ? nullptr : FindWireField(type, tag);
      if (kind == WireFormatLite::WIRETYPE_START_GROUP) ++groups;
      if (kind == WireFormatLite::WIRETYPE_END_GROUP) --groups;
      Count(field);
      if (!Pass(field, kind, tag)) return false;
      if (scan_.memory_bytes > max_memory_) return false;
    }
    return input_.ConsumedEntireMessage();
  }

  const WireScan& scan() const { return scan_; }

 private:
  void Count(const FieldDescriptor* field) {
    if (field == nullptr) {
      scan_.has_unknown = true;
      scan_.memory_bytes += kGrowth * sizeof(UnknownField);
    } else if (field->is_repeated()) {
      scan_.memory_bytes += kGrowth * ScalarSize(*field);
    }
  }

  // Goes to the end of the field, or of what opens or closes a group.
  bool Pass(const FieldDescriptor* field, WireFormatLite::WireType kind,
            uint32_t tag) {
    switch (kind) {
      case WireFormatLite::WIRETYPE_START_GROUP:
        scan_.memory_bytes += kAllocation;
        return true;
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
    if (field != nullptr && field->type() == FieldDescriptor::TYPE_MESSAGE) {
      return PassMessage(*field->message_type(), length);
    }
    if (!input_.Skip(length)) return false;
    scan_.memory_bytes += MemoryOf(field, length);
    return true;
  }

  bool PassMessage(const Descriptor& type, int length) {
    scan_.memory_bytes += kAllocation + kUnknownFields + SizeOf(type);
    const CodedInputStream::Limit limit = input_.PushLimit(length);
    if (!Walk(type)) return false;
    input_.PopLimit(limit);
    return true;
  }

  // Of so many bytes in an unknown, a string or a packed field.
  static size_t MemoryOf(const FieldDescriptor* field, int length) {
    if (field == nullptr ||
        field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      return kAllocation + sizeof(std::string) + length;
    }
    return kGrowth * ScalarSize(*field) * (length / LeastWireSize(*field));
  }

  // Of a value in a repeated field; 0 for those that are allocated one by one.
  static size_t ScalarSize(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return 0;
      case FieldDescriptor::CPPTYPE_BOOL:
        return sizeof(bool);
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT64:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return sizeof(int64_t);
      default:
        return sizeof(int32_t);
    }
  }

  // Of a value in a packed field.
  static size_t LeastWireSize(const FieldDescriptor& field) {
    switch (WireTypeOf(field)) {
      case WireFormatLite::WIRETYPE_FIXED64:
        return sizeof(int64_t);
      case WireFormatLite::WIRETYPE_FIXED32:
        return sizeof(int32_t);
      default:
        return 1;
    }
  }

  // Of an empty message; an entry of a map has its key and its value anyway.
  size_t SizeOf(const Descriptor& type) {
    const auto known = sizes_.find(&type);
    if (known != sizes_.end()) return known->second;
    size_t size = kMapNode;
    if (!type.options().map_entry()) {
      size = google::protobuf::MessageFactory::generated_factory()
                 ->GetPrototype(&type)
                 ->SpaceUsedLong();
    } else if (type.map_value()->type() == FieldDescriptor::TYPE_MESSAGE) {
      size += SizeOf(*type.map_value()->message_type());
    }
    sizes_[&type] = size;
    return size;
  }

  CodedInputStream& input_;
  const size_t max_memory_;
  std::map<const Descriptor*, size_t> sizes_;
  WireScan scan_;
};

}  // namespace

WireScan ScanWire(const grpc::ByteBuffer& bytes, const Descriptor& type,
                  size_t max_memory) {
  // The reader empties the buffer that it is given.
  grpc::ByteBuffer copy = bytes;
  grpc::ProtoBufferReader reader(&copy);
  if (!reader.status().ok()) return {0, false, true};
  CodedInputStream input(&reader);
  Walker walker(input, max_memory);
  const bool is_whole = walker.Walk(type);
  WireScan scan = walker.scan();
  scan.is_malformed = !is_whole && scan.memory_bytes <= max_memory;
  return scan;
}

}  // namespace clip::server
