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

namespace clip::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;

bool ParseFrom(grpc::ByteBuffer bytes, google::protobuf::Message& message) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

std::string PathOf(const FieldDescriptor& field, int index) {
  return field.is_repeated() ? fmt::format("{}[{}]", field.name(), index)
                             : field.name();
}

// The path of the first string of the message that is not UTF-8. Every string
// of a request is at its top level.
std::optional<std::string> FindBadString(
    const google::protobuf::UnknownFieldSet& fields,
    const google::protobuf::Descriptor& type) {
  std::map<int, int> seen;
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& value = fields.field(i);
    const FieldDescriptor* field = type.FindFieldByNumber(value.number());
    if (field == nullptr || field->type() != FieldDescriptor::TYPE_STRING ||
        value.type() != UnknownField::TYPE_LENGTH_DELIMITED) {
      continue;
    }
    const int index = seen[value.number()]++;
    if (!IsUtf8(value.length_delimited())) return PathOf(*field, index);
  }
  return std::nullopt;
}

}  // namespace

absl::Status ParseRequest(const grpc::ByteBuffer& bytes,
                          google::protobuf::Message& request) {
  if (ParseFrom(bytes, request)) return absl::OkStatus();
  const google::protobuf::Descriptor& type = *request.GetDescriptor();
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
