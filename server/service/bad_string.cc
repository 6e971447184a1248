#include "server/service/bad_string.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <cstdint>
#include <map>

#include "server/service/utf8.h"
#include "server/service/wire_field.h"

namespace clip::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

std::string PathOf(const FieldDescriptor& field, int index) {
  return field.is_repeated() ? fmt::format("{}[{}]", field.name(), index)
                             : field.name();
}

// Messages inside are looked into as deep as their types go; no type of a
// request holds itself.
std::optional<std::string> FindIn(CodedInputStream& input,
                                  const Descriptor& type);

// The path, seen from the message, of a bad string in the value that comes.
std::optional<std::string> FindInValue(CodedInputStream& input,
                                       const FieldDescriptor& field) {
  int length = 0;
  if (!input.ReadVarintSizeAsInt(&length)) return std::nullopt;
  if (field.type() == FieldDescriptor::TYPE_STRING) {
    std::string value;
    const bool is_bad = input.ReadString(&value, length) && !IsUtf8(value);
    return is_bad ? std::optional<std::string>("") : std::nullopt;
  }
  if (field.type() != FieldDescriptor::TYPE_MESSAGE) {
    input.Skip(length);
    return std::nullopt;
  }
  const CodedInputStream::Limit limit = input.PushLimit(length);
  std::optional<std::string> path = FindIn(input, *field.message_type());
  input.PopLimit(limit);
  if (path.has_value()) path->insert(0, 1, '.');
  return path;
}

std::optional<std::string> FindIn(CodedInputStream& input,
                                  const Descriptor& type) {
  std::map<const FieldDescriptor*, int> seen;
  while (const uint32_t tag = input.ReadTag()) {
    const FieldDescriptor* const field = FindWireField(type, tag);
    if (field == nullptr || WireFormatLite::GetTagWireType(tag) !=
                                WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      if (!WireFormatLite::SkipField(&input, tag)) return std::nullopt;
      continue;
    }
    const int index = seen[field]++;
    const std::optional<std::string> path = FindInValue(input, *field);
    if (path.has_value()) return PathOf(*field, index) + *path;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> FindBadString(const grpc::ByteBuffer& bytes,
                                         const Descriptor& type) {
  // The reader empties the buffer that it is given.
  grpc::ByteBuffer copy = bytes;
  grpc::ProtoBufferReader reader(&copy);
  if (!reader.status().ok()) return std::nullopt;
  CodedInputStream input(&reader);
  return FindIn(input, type);
}

}  // namespace clip::server
