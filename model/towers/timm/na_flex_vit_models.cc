#include "model/towers/timm/na_flex_vit_models.h"

#include <c10/util/Exception.h>

#include "model/towers/timm/model_table.h"
#include "model/towers/timm/na_flex_vit.h"

namespace clip::model::timm {
namespace {

constexpr NaFlexVitOptions NaFlex(int64_t width, int64_t depth, int64_t heads,
                                  int64_t mlp_width) {
  NaFlexVitOptions vit;
  vit.depth = depth;
  vit.heads = heads;
  vit.mlp_width = mlp_width;
  vit.around.width = width;
  vit.around.pool = GlobalPool::kMap;
  return vit;
}

constexpr NaFlexVitOptions NaFlexSigLip(int64_t width, int64_t depth,
                                        int64_t heads, int64_t mlp_width) {
  NaFlexVitOptions vit = NaFlex(width, depth, heads, mlp_width);
  vit.activation = Activation::kGeluTanh;
  vit.bilinear_positions = true;
  return vit;
}

constexpr NaFlexVitOptions BaseMap() {
  NaFlexVitOptions vit = NaFlex(768, 12, 12, 3072);
  vit.layer_scale = true;
  vit.around.reg_tokens = 1;
  return vit;
}

constexpr NaFlexVitOptions BaseGap() {
  NaFlexVitOptions vit = BaseMap();
  vit.around.reg_tokens = 4;
  vit.around.pool = GlobalPool::kAverage;
  vit.around.fc_norm = true;
  return vit;
}

constexpr ModelTable<NaFlexVitOptions, 4> kNaFlexVitModels = {{
    {"naflexvit_base_patch16_siglip", NaFlexSigLip(768, 12, 12, 3072)},
    {"naflexvit_so400m_patch16_siglip", NaFlexSigLip(1152, 27, 16, 4304)},
    {"naflexvit_base_patch16_gap", BaseGap()},
    {"naflexvit_base_patch16_map", BaseMap()},
}};

NaFlexVitOptions WithKwargs(NaFlexVitOptions vit,
                            const TimmModelKwargs& kwargs) {
  vit.patch_size = kwargs.patch_size.value_or(vit.patch_size);
  vit.activation = kwargs.act_layer.value_or(vit.activation);
  if (const auto& grid = kwargs.pos_embed_grid_size) {
    vit.pos_embed_grid = {(*grid)[0], (*grid)[1]};
  }
  return vit;
}

}  // namespace

std::vector<std::string_view> NaFlexVitModels() {
  return NamesOf(kNaFlexVitModels);
}

bool HasNaFlexVitModel(std::string_view name) {
  return FindModel(kNaFlexVitModels, name) != nullptr;
}

std::shared_ptr<TimmTrunk> CreateNaFlexVitModel(
    std::string_view name, const TimmTrunkOptions& trunk,
    const ParameterOptions& options) {
  const NaFlexVitOptions* model = FindModel(kNaFlexVitModels, name);
  TORCH_CHECK_VALUE(model != nullptr, "no NaFlexVit is called ", name);
  return std::make_shared<NaFlexVit>(WithKwargs(*model, trunk.model_kwargs),
                                     trunk, options);
}

}  // namespace clip::model::timm
