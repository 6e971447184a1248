#ifndef MODEL_TOWERS_TIMM_VISION_TRANSFORMER_REL_POS_MODELS_H_
#define MODEL_TOWERS_TIMM_VISION_TRANSFORMER_REL_POS_MODELS_H_

#include <memory>
#include <string_view>
#include <vector>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/timm_trunk.h"

namespace clip::model::timm {

// The names that timm builds a VisionTransformerRelPos under and that are
// supported.
std::vector<std::string_view> VisionTransformerRelPosModels();

bool HasVisionTransformerRelPosModel(std::string_view name);

// timm.create_model(name). Throws for a name that
// HasVisionTransformerRelPosModel does not know.
std::shared_ptr<TimmTrunk> CreateVisionTransformerRelPosModel(
    std::string_view name, const TimmTrunkOptions& trunk,
    const ParameterOptions& options);

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_VISION_TRANSFORMER_REL_POS_MODELS_H_
