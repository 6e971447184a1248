#include "server/service/parse_request.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/service/errors.h"
#include "server/service/utf8.h"
#include "server/service/wire_scan.h"

namespace clip::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;

// Values of their own in a message of this size: more than any request needs,
// and so few that it cannot take more than some 12 times its size.
size_t MaxObjects(size_t bytes) { return (size_t{64} << 10) + bytes / 8; }

bool ParseFrom(grpc::ByteBuffer bytes, google::protobuf::Message& message) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

std::string PathOf(const FieldDescriptor& field, int index) {
  return field.is_repeated() ? fmt::format("{}[{}]", field.name(), index)
                             : field.name();
}

// The path of the first string of a message that is not UTF-8. Messages inside
// are looked into as deep as their types go; no type of a request holds itself.
std::optional<std::string> FindBadString(
    const google::protobuf::UnknownFieldSet& fields,
    const google::protobuf::Descriptor& type);

// The path, seen from the message, of a bad string in one of its values.
std::optional<std::string> FindBadStringIn(const std::string& value,
                                           const FieldDescriptor& field) {
  if (field.type() == FieldDescriptor::TYPE_STRING) {
    return IsUtf8(value) ? std::nullopt : std::optional<std::string>("");
  }
  if (field.type() != FieldDescriptor::TYPE_MESSAGE) return std::nullopt;
  google::protobuf::Empty inner;
  if (!inner.ParseFromString(value)) return std::nullopt;
  std::optional<std::string> path = FindBadString(
      inner.GetReflection()->GetUnknownFields(inner), *field.message_type());
  if (path.has_value()) path->insert(0, 1, '.');
  return path;
}

std::optional<std::string> FindBadString(
    const google::protobuf::UnknownFieldSet& fields,
    const google::protobuf::Descriptor& type) {
  std::map<int, int> seen;
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& value = fields.field(i);
    const FieldDescriptor* field = type.FindFieldByNumber(value.number());
    if (field == nullptr ||
        value.type() != UnknownField::TYPE_LENGTH_DELIMITED) {
      continue;
    }
    const int index = seen[value.number()]++;
    const std::optional<std::string> path =
        FindBadStringIn(value.length_delimited(), *field);
    if (path.has_value()) return PathOf(*field, index) + *path;
  }
  return std::nullopt;
}

}  // namespace

absl::Status ParseRequest(const grpc::ByteBuffer& bytes,
                          google::protobuf::Message& request) {
  if (!bytes.Valid()) return MissingMessage();
  const google::protobuf::Descriptor& type = *request.GetDescriptor();
  const size_t max_objects = MaxObjects(bytes.Length());
  const WireScan scan = ScanWire(bytes, type, max_objects);
  if (scan.objects > max_objects) return TooManyFields(max_objects);
  if (ParseFrom(bytes, request)) {
    if (scan.has_unknown) request.DiscardUnknownFields();
    return absl::OkStatus();
  }
  // Protobuf does not say what it refused. An empty message takes every field
  // as unknown and checks none, so the strings can be looked at one by one.
  google::protobuf::Empty raw;
  if (ParseFrom(bytes, raw)) {
    const std::optional<std::string> path =
        FindBadString(raw.GetReflection()->GetUnknownFields(raw), type);
    if (path.has_value()) return BadField(*path, "not UTF-8");
  }
  return MalformedMessage(type.full_name());
}

}  // namespace clip::server
