// Fields on the wire, as their message's type knows them.
#ifndef SERVER_SERVICE_WIRE_FIELD_H_
#define SERVER_SERVICE_WIRE_FIELD_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>

namespace clip::server {

// How a single value of the field is written.
inline google::protobuf::internal::WireFormatLite::WireType WireTypeOf(
    const google::protobuf::FieldDescriptor& field) {
  using google::protobuf::internal::WireFormatLite;
  return WireFormatLite::WireTypeForFieldType(
      static_cast<WireFormatLite::FieldType>(field.type()));
}

// The field that a tag names; null where the type has none of this number, or
// one that is written otherwise: the parser takes either for unknown.
inline const google::protobuf::FieldDescriptor* FindWireField(
    const google::protobuf::Descriptor& type, uint32_t tag) {
  using google::protobuf::internal::WireFormatLite;
  const google::protobuf::FieldDescriptor* const field =
      type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
  if (field == nullptr) return nullptr;
  const auto kind = WireFormatLite::GetTagWireType(tag);
  const bool is_packed =
      field->is_packable() && kind == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
  return is_packed || kind == WireTypeOf(*field) ? field : nullptr;
}

}  // namespace clip::server

#endif  // SERVER_SERVICE_WIRE_FIELD_H_
