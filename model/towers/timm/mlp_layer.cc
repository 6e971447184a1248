#include "model/towers/timm/mlp_layer.h"

#include "model/towers/timm/ge_glu_mlp.h"
#include "model/towers/timm/mlp.h"
#include "model/towers/timm/swi_glu.h"

namespace clip::model::timm {

std::shared_ptr<MlpLayer> CreateMlpLayer(const MlpOptions& mlp,
                                         const ParameterOptions& options) {
  switch (mlp.kind) {
    case MlpKind::kGeGluMlp:
      return std::make_shared<GeGluMlp>(mlp, options);
    case MlpKind::kSwiGlu:
      return std::make_shared<SwiGlu>(mlp, options);
    case MlpKind::kMlp:
      break;
  }
  return std::make_shared<Mlp>(mlp, options);
}

}  // namespace clip::model::timm
