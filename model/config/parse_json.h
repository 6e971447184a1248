#ifndef MODEL_CONFIG_PARSE_JSON_H_
#define MODEL_CONFIG_PARSE_JSON_H_

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "absl/status/statusor.h"

namespace clip::model {

// What a JSON document from outside may cost.
struct JsonLimits {
  // Far above any real config, which is a few kilobytes.
  size_t max_bytes = size_t{1} << 20;
  // Objects and arrays inside each other; open_clip's own files need four.
  int max_depth = 16;
};

// Parses hostile JSON. Errors: INVALID_ARGUMENT for text that is too long, not
// JSON, nested too deep, or that gives one key of an object twice.
absl::StatusOr<nlohmann::json> ParseJson(std::string_view text,
                                         const JsonLimits& limits);

}  // namespace clip::model

#endif  // MODEL_CONFIG_PARSE_JSON_H_
