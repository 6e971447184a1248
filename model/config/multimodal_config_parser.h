#ifndef MODEL_CONFIG_MULTIMODAL_CONFIG_PARSER_H_
#define MODEL_CONFIG_MULTIMODAL_CONFIG_PARSER_H_

#include <nlohmann/json_fwd.hpp>

#include "absl/status/statusor.h"
#include "model/config/multimodal_config.h"

namespace clip::model {

// Reads `model_cfg.multimodal_cfg`. Errors: INVALID_ARGUMENT naming the key.
absl::StatusOr<MultimodalConfig> ParseMultimodalConfig(
    const nlohmann::json& json, bool quick_gelu);

}  // namespace clip::model

#endif  // MODEL_CONFIG_MULTIMODAL_CONFIG_PARSER_H_
