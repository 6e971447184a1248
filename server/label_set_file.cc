#include "server/label_set_file.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "model/base/status_macros.h"
#include "model/config/parse_json.h"

namespace clip::server {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

constexpr size_t kMaxFileBytes = size_t{16} << 20;

absl::StatusOr<std::string> ReadBounded(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return absl::NotFoundError("cannot be read");
  std::string text(kMaxFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return absl::NotFoundError("cannot be read");
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

absl::Status BadKey(const std::string& key, const std::string& reason) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", key, reason));
}

absl::Status ReadStrings(const std::string& key, const nlohmann::json& value,
                         Strings& strings) {
  if (!value.is_array()) return BadKey(key, "not a list of strings");
  for (size_t i = 0; i < value.size(); ++i) {
    if (!value[i].is_string()) {
      return BadKey(fmt::format("{}[{}]", key, i), "not a string");
    }
    *strings.Add() = value[i].get<std::string>();
  }
  return absl::OkStatus();
}

absl::Status ReadTemplates(const nlohmann::json& value,
                           v1::PutLabelSetRequest& request) {
  if (value == "simple" || value == "openai") {
    request.set_template_set(value == "simple" ? v1::SIMPLE : v1::OPENAI);
    return absl::OkStatus();
  }
  if (value.is_string() || (value.is_array() && value.empty())) {
    return BadKey("templates", "not simple, openai or a list of templates");
  }
  return ReadStrings("templates", value, *request.mutable_templates());
}

absl::Status ReadKey(const std::string& key, const nlohmann::json& value,
                     v1::PutLabelSetRequest& request) {
  if (key == "labels") {
    return ReadStrings(key, value, *request.mutable_labels());
  }
  if (key == "templates") return ReadTemplates(value, request);
  if (key != "model") return BadKey(key, "an unknown key");
  if (!value.is_string()) return BadKey(key, "not a string");
  request.set_model(value.get<std::string>());
  return absl::OkStatus();
}

absl::Status ReadDocument(const std::string& path,
                          v1::PutLabelSetRequest& request) {
  CLIP_ASSIGN_OR_RETURN(const std::string text, ReadBounded(path));
  model::JsonLimits limits;
  limits.max_bytes = kMaxFileBytes;
  CLIP_ASSIGN_OR_RETURN(const nlohmann::json document,
                        model::ParseJson(text, limits));
  if (!document.is_object()) {
    return absl::InvalidArgumentError("not a JSON object");
  }
  for (const auto& [key, value] : document.items()) {
    CLIP_RETURN_IF_ERROR(ReadKey(key, value, request));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::PutLabelSetRequest> ReadLabelSetFile(
    const std::string& value) {
  const size_t equals = value.find('=');
  if (equals == std::string::npos || equals == 0 ||
      equals + 1 == value.size()) {
    return absl::InvalidArgumentError(
        fmt::format("--label-set: {} is not NAME=FILE", value));
  }
  v1::PutLabelSetRequest request;
  request.set_name(value.substr(0, equals));
  const std::string path = value.substr(equals + 1);
  const absl::Status status = ReadDocument(path, request);
  if (status.ok()) return request;
  return absl::Status(
      status.code(), fmt::format("--label-set {}: {}: {}", request.name(), path,
                                 std::string(status.message())));
}

}  // namespace clip::server
