#ifndef MODEL_TOWERS_TIMM_SWIN_MODELS_H_
#define MODEL_TOWERS_TIMM_SWIN_MODELS_H_

#include <memory>
#include <string_view>
#include <vector>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/timm_trunk.h"

namespace clip::model {

// The names that timm builds a Swin under and that are supported.
std::vector<std::string_view> SwinModels();

bool HasSwinModel(std::string_view name);

// Throws for a name that HasSwinModel does not know.
std::shared_ptr<TimmTrunk> CreateSwinModel(std::string_view name,
                                           const TimmTrunkOptions& trunk,
                                           const ParameterOptions& options);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_SWIN_MODELS_H_
