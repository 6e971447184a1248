#ifndef MODEL_TOWERS_TIMM_NA_FLEX_VIT_MODELS_H_
#define MODEL_TOWERS_TIMM_NA_FLEX_VIT_MODELS_H_

#include <memory>
#include <string_view>
#include <vector>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/timm_trunk.h"

namespace clip::model::timm {

// The names that timm builds a NaFlexVit under and that are supported.
std::vector<std::string_view> NaFlexVitModels();

bool HasNaFlexVitModel(std::string_view name);

// timm.create_model(name). Throws for a name that HasNaFlexVitModel
// does not know.
std::shared_ptr<TimmTrunk> CreateNaFlexVitModel(
    std::string_view name, const TimmTrunkOptions& trunk,
    const ParameterOptions& options);

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_NA_FLEX_VIT_MODELS_H_
