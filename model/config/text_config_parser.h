#ifndef MODEL_CONFIG_TEXT_CONFIG_PARSER_H_
#define MODEL_CONFIG_TEXT_CONFIG_PARSER_H_

#include <nlohmann/json_fwd.hpp>

#include "absl/status/statusor.h"
#include "model/config/text_config.h"

namespace clip::model {

// Reads `model_cfg.text_cfg`. Errors: INVALID_ARGUMENT naming the key.
absl::StatusOr<TextConfig> ParseTextConfig(const nlohmann::json& json,
                                           bool quick_gelu);

}  // namespace clip::model

#endif  // MODEL_CONFIG_TEXT_CONFIG_PARSER_H_
