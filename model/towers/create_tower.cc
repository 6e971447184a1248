#include "model/towers/create_tower.h"

#include "model/towers/modified_resnet.h"
#include "model/towers/text_transformer.h"
#include "model/towers/vision_transformer.h"

namespace clip::model {

std::shared_ptr<VisionTower> CreateVisionTower(
    const VisionConfig& config, int embed_dim,
    const ParameterOptions& options) {
  switch (config.architecture) {
    case VisionArchitecture::kVisionTransformer:
      return std::make_shared<VisionTransformer>(config, embed_dim, options);
    case VisionArchitecture::kModifiedResNet:
      return std::make_shared<ModifiedResNet>(config, embed_dim, options);
  }
  return nullptr;
}

std::shared_ptr<TextTower> CreateTextTower(const TextConfig& config,
                                           int embed_dim,
                                           const ParameterOptions& options) {
  return std::make_shared<TextTransformer>(config, embed_dim, options);
}

}  // namespace clip::model
