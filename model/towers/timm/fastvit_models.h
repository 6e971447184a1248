#ifndef MODEL_TOWERS_TIMM_FASTVIT_MODELS_H_
#define MODEL_TOWERS_TIMM_FASTVIT_MODELS_H_

#include <memory>
#include <string_view>
#include <vector>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/timm_trunk.h"

namespace clip::model {

// The names that timm builds a FastViT under and that are supported.
std::vector<std::string_view> FastVitModels();

bool HasFastVitModel(std::string_view name);

// Throws for a name that HasFastVitModel does not know.
std::shared_ptr<TimmTrunk> CreateFastVitModel(std::string_view name,
                                              const TimmTrunkOptions& trunk,
                                              const ParameterOptions& options);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_FASTVIT_MODELS_H_
