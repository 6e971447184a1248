#include "model/towers/timm/vision_transformer_rel_pos_models.h"

#include <c10/util/Exception.h>

#include "model/towers/timm/model_table.h"
#include "model/towers/timm/vision_transformer_rel_pos.h"

namespace clip::model::timm {
namespace {

constexpr VisionTransformerRelPosOptions WithClassToken(int64_t patch,
                                                        int64_t width,
                                                        int64_t depth,
                                                        int64_t heads) {
  VisionTransformerRelPosOptions vit;
  vit.patch_size = patch;
  vit.depth = depth;
  vit.heads = heads;
  vit.mlp_width = 4 * width;
  vit.around.width = width;
  vit.around.pos_embed = false;
  vit.around.fc_norm = false;
  return vit;
}

constexpr ModelTable<VisionTransformerRelPosOptions, 1> kRelPosModels = {{
    {"vit_relpos_medium_patch16_cls_224", WithClassToken(16, 512, 12, 8)},
}};

}  // namespace

std::vector<std::string_view> VisionTransformerRelPosModels() {
  return NamesOf(kRelPosModels);
}

bool HasVisionTransformerRelPosModel(std::string_view name) {
  return FindModel(kRelPosModels, name) != nullptr;
}

std::shared_ptr<TimmTrunk> CreateVisionTransformerRelPosModel(
    std::string_view name, const TimmTrunkOptions& trunk,
    const ParameterOptions& options) {
  const VisionTransformerRelPosOptions* model = FindModel(kRelPosModels, name);
  TORCH_CHECK_VALUE(model != nullptr, "no VisionTransformerRelPos is called ",
                    name);
  return std::make_shared<VisionTransformerRelPos>(*model, trunk, options);
}

}  // namespace clip::model::timm
