#include "model/towers/create_tower.h"

#include "model/config/hf_models.h"
#include "model/towers/hf/hf_text_encoder.h"
#include "model/towers/modified_resnet.h"
#include "model/towers/text_transformer.h"
#include "model/towers/timm/create_timm_trunk.h"
#include "model/towers/timm/timm_model.h"
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
    case VisionArchitecture::kTimm:
      return std::make_shared<TimmModel>(config, embed_dim, options);
  }
  return nullptr;
}

std::shared_ptr<TextTower> CreateTextTower(const TextConfig& config,
                                           int embed_dim,
                                           const ParameterOptions& options) {
  switch (config.architecture) {
    case TextArchitecture::kTextTransformer:
      return std::make_shared<TextTransformer>(config, embed_dim, options);
    case TextArchitecture::kHuggingFace:
      return std::make_shared<HFTextEncoder>(config, embed_dim, options);
  }
  return nullptr;
}

bool HasVisionTower(const VisionConfig& config) {
  return config.architecture != VisionArchitecture::kTimm ||
         HasTimmTrunk(config.timm.model_name);
}

bool HasTextTower(const TextConfig& config) {
  return config.architecture != TextArchitecture::kHuggingFace ||
         FindHfModel(config.hf).has_value();
}

}  // namespace clip::model
