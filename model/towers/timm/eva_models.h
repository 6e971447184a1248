#ifndef MODEL_TOWERS_TIMM_EVA_MODELS_H_
#define MODEL_TOWERS_TIMM_EVA_MODELS_H_

#include <memory>
#include <string_view>
#include <vector>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/timm_trunk.h"

namespace clip::model::timm {

// The names that timm builds an Eva under and that are supported.
std::vector<std::string_view> EvaModels();

bool HasEvaModel(std::string_view name);

// timm.create_model(name). Throws for a name that HasEvaModel does not know.
std::shared_ptr<TimmTrunk> CreateEvaModel(std::string_view name,
                                          const TimmTrunkOptions& trunk,
                                          const ParameterOptions& options);

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_EVA_MODELS_H_
