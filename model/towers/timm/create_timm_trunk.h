#ifndef MODEL_TOWERS_TIMM_CREATE_TIMM_TRUNK_H_
#define MODEL_TOWERS_TIMM_CREATE_TIMM_TRUNK_H_

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/timm_trunk.h"

namespace clip::model {

// One class of timm and the names that it is built under.
struct TimmFamily {
  // True where `create` knows the model's name.
  bool (*has)(std::string_view name);
  std::shared_ptr<TimmTrunk> (*create)(std::string_view name,
                                       const TimmTrunkOptions& trunk,
                                       const ParameterOptions& options);
  // The timm_model_kwargs that `create` heeds.
  std::set<std::string> model_kwargs = {};
};

// True where CreateTimmTrunk can build the model of that name.
bool HasTimmTrunk(std::string_view name);

// timm.create_model(name, ...) with uninitialized parameters. Throws
// c10::Error for an unknown name, and for a pool or timm_model_kwargs that the
// model does not have.
std::shared_ptr<TimmTrunk> CreateTimmTrunk(std::string_view name,
                                           const TimmTrunkOptions& trunk,
                                           const ParameterOptions& options);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_CREATE_TIMM_TRUNK_H_
