#ifndef MODEL_CONFIG_VISION_CONFIG_PARSER_H_
#define MODEL_CONFIG_VISION_CONFIG_PARSER_H_

#include <nlohmann/json_fwd.hpp>

#include "absl/status/statusor.h"
#include "model/config/vision_config.h"

namespace clip::model {

// Reads `model_cfg.vision_cfg`. Errors: INVALID_ARGUMENT naming the key.
absl::StatusOr<VisionConfig> ParseVisionConfig(const nlohmann::json& json,
                                               bool quick_gelu);

}  // namespace clip::model

#endif  // MODEL_CONFIG_VISION_CONFIG_PARSER_H_
