#include "client/cli/json_text.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

namespace clip::client {

std::string JsonString(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false,
                                   nlohmann::json::error_handler_t::replace);
}

std::string JsonArray(absl::Span<const float> numbers) {
  std::string json = "[";
  for (const float number : numbers) {
    if (json.size() > 1) json += ", ";
    if (std::isfinite(number)) {
      fmt::format_to(std::back_inserter(json), "{}", number);
    } else {
      json += "null";
    }
  }
  return json + "]";
}

std::string JsonModel(const ModelVersion& model) {
  return fmt::format(R"({{"name": {}, "checkpoint_sha256": {}}})",
                     JsonString(model.name),
                     JsonString(model.checkpoint_sha256));
}

std::string JsonError(std::string_view name_key, std::string_view name,
                      const absl::Status& why) {
  return fmt::format(R"({{{}: {}, "code": {}, "message": {}}})",
                     JsonString(name_key), JsonString(name),
                     JsonString(absl::StatusCodeToString(why.code())),
                     JsonString(std::string(why.message())));
}

}  // namespace clip::client
