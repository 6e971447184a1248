#ifndef MODEL_TOWERS_CREATE_TOWER_H_
#define MODEL_TOWERS_CREATE_TOWER_H_

#include <memory>

#include "model/config/text_config.h"
#include "model/config/vision_config.h"
#include "model/layers/parameter_options.h"
#include "model/towers/text_tower.h"
#include "model/towers/vision_tower.h"

namespace clip::model {

// The tower that a config asks for, with uninitialized parameters. Throws
// c10::Error naming a timm or Hugging Face model that is not supported, and as
// LibTorch does where memory is short.
std::shared_ptr<VisionTower> CreateVisionTower(const VisionConfig& config,
                                               int embed_dim,
                                               const ParameterOptions& options);
std::shared_ptr<TextTower> CreateTextTower(const TextConfig& config,
                                           int embed_dim,
                                           const ParameterOptions& options);

// Whether there is a tower for the config.
bool HasVisionTower(const VisionConfig& config);
bool HasTextTower(const TextConfig& config);

}  // namespace clip::model

#endif  // MODEL_TOWERS_CREATE_TOWER_H_
