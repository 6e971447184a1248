#include "model/towers/timm/create_timm_trunk.h"

#include <c10/util/Exception.h>

#include <vector>

#include "model/towers/timm/convnext_models.h"
#include "model/towers/timm/eva_models.h"
#include "model/towers/timm/fastvit_models.h"
#include "model/towers/timm/na_flex_vit_models.h"
#include "model/towers/timm/swin_models.h"
#include "model/towers/timm/vision_transformer_models.h"
#include "model/towers/timm/vision_transformer_rel_pos_models.h"

namespace clip::model {
namespace {

// One line a family.
const std::vector<TimmFamily>& Families() {
  static const auto* const families = new std::vector<TimmFamily>{
      {HasConvNextModel, CreateConvNextModel},
      {timm::HasVisionTransformerModel,
       timm::CreateVisionTransformerModel,
       {"act_layer"}},
      {timm::HasEvaModel, timm::CreateEvaModel},
      {timm::HasVisionTransformerRelPosModel,
       timm::CreateVisionTransformerRelPosModel},
      {timm::HasNaFlexVitModel,
       timm::CreateNaFlexVitModel,
       {"act_layer", "patch_size", "pos_embed_grid_size"}},
      {HasFastVitModel, CreateFastVitModel},
      {HasSwinModel, CreateSwinModel},
  };
  return *families;
}

const TimmFamily* Find(std::string_view name) {
  for (const TimmFamily& family : Families()) {
    if (family.has(name)) return &family;
  }
  return nullptr;
}

void CheckModelKwargs(const TimmFamily& family, std::string_view name,
                      const TimmModelKwargs& kwargs) {
  const auto check = [&](const char* key, bool is_set) {
    TORCH_CHECK_VALUE(!is_set || family.model_kwargs.count(key) != 0,
                      "model_cfg.vision_cfg.timm_model_kwargs.", key,
                      ": is not supported for ", name);
  };
  check("act_layer", kwargs.act_layer.has_value());
  check("patch_size", kwargs.patch_size.has_value());
  check("pos_embed_grid_size", kwargs.pos_embed_grid_size.has_value());
}

}  // namespace

bool HasTimmTrunk(std::string_view name) { return Find(name) != nullptr; }

std::shared_ptr<TimmTrunk> CreateTimmTrunk(std::string_view name,
                                           const TimmTrunkOptions& trunk,
                                           const ParameterOptions& options) {
  const TimmFamily* family = Find(name);
  TORCH_CHECK(family != nullptr, "the timm model ", name, " is not supported");
  CheckModelKwargs(*family, name, trunk.model_kwargs);
  return family->create(name, trunk, options);
}

}  // namespace clip::model
