#include "model/towers/timm/vision_transformer_models.h"

#include <c10/util/Exception.h>

#include "model/towers/timm/model_table.h"
#include "model/towers/timm/vision_transformer.h"

namespace clip::model::timm {
namespace {

constexpr Activation kErf = Activation::kGelu;
constexpr Activation kTanh = Activation::kGeluTanh;

constexpr VisionTransformerOptions Vit(int64_t patch, int64_t width,
                                       int64_t depth, int64_t heads) {
  VisionTransformerOptions vit;
  vit.patch_size = patch;
  vit.around.width = width;
  vit.depth = depth;
  vit.heads = heads;
  vit.mlp_width = 4 * width;
  return vit;
}

constexpr VisionTransformerOptions SigLip(int64_t patch, int64_t width,
                                          int64_t depth, int64_t heads,
                                          int64_t mlp_width,
                                          Activation activation) {
  VisionTransformerOptions vit = Vit(patch, width, depth, heads);
  vit.mlp_width = mlp_width;
  vit.activation = activation;
  vit.around.class_token = false;
  vit.around.pool = GlobalPool::kMap;
  return vit;
}

constexpr VisionTransformerOptions Clip(int64_t patch, int64_t width,
                                        int64_t depth, int64_t heads) {
  VisionTransformerOptions vit = Vit(patch, width, depth, heads);
  vit.around.norm_eps = 1e-5;
  vit.around.pre_norm = true;
  return vit;
}

constexpr VisionTransformerOptions Gap(int64_t patch, int64_t width,
                                       int64_t depth, int64_t heads) {
  VisionTransformerOptions vit = Vit(patch, width, depth, heads);
  vit.qkv_bias = false;
  vit.layer_scale = true;
  vit.around.class_token = false;
  vit.around.pool = GlobalPool::kAverage;
  vit.around.fc_norm = false;
  return vit;
}

constexpr VisionTransformerOptions Mci(int64_t width, int64_t depth,
                                       int64_t heads) {
  VisionTransformerOptions vit = Vit(16, width, depth, heads);
  vit.stem = Stem::kConvStem;
  vit.stem_widths = {width / 4, width / 4};
  vit.around.no_embed_class = true;
  return vit;
}

constexpr VisionTransformerOptions Vitamin(int64_t stem_width, int64_t width,
                                           int64_t depth, int64_t heads,
                                           bool pos_embed) {
  VisionTransformerOptions vit = Vit(16, width, depth, heads);
  vit.stem = Stem::kMbConvStages;
  vit.stem_widths = {stem_width, stem_width, 2 * stem_width};
  vit.stem_depths = {2, 4};
  vit.mlp = MlpKind::kGeGluMlp;
  vit.mlp_width = 2 * width;
  vit.around.class_token = false;
  vit.around.pos_embed = pos_embed;
  vit.around.pool = GlobalPool::kAverage;
  return vit;
}

constexpr ModelTable<VisionTransformerOptions, 41> kVisionTransformerModels = {{
    {"vit_base_patch16_siglip_224", SigLip(16, 768, 12, 12, 3072, kErf)},
    {"vit_base_patch16_siglip_256", SigLip(16, 768, 12, 12, 3072, kErf)},
    {"vit_base_patch16_siglip_384", SigLip(16, 768, 12, 12, 3072, kErf)},
    {"vit_base_patch16_siglip_512", SigLip(16, 768, 12, 12, 3072, kErf)},
    {"vit_base_patch32_siglip_256", SigLip(32, 768, 12, 12, 3072, kTanh)},
    {"vit_large_patch16_siglip_256", SigLip(16, 1024, 24, 16, 4096, kErf)},
    {"vit_large_patch16_siglip_384", SigLip(16, 1024, 24, 16, 4096, kErf)},
    {"vit_large_patch16_siglip_512", SigLip(16, 1024, 24, 16, 4096, kTanh)},
    {"vit_so400m_patch14_siglip_224", SigLip(14, 1152, 27, 16, 4304, kErf)},
    {"vit_so400m_patch14_siglip_378", SigLip(14, 1152, 27, 16, 4304, kErf)},
    {"vit_so400m_patch14_siglip_384", SigLip(14, 1152, 27, 16, 4304, kErf)},
    {"vit_so400m_patch16_siglip_256", SigLip(16, 1152, 27, 16, 4304, kTanh)},
    {"vit_so400m_patch16_siglip_384", SigLip(16, 1152, 27, 16, 4304, kTanh)},
    {"vit_so400m_patch16_siglip_512", SigLip(16, 1152, 27, 16, 4304, kTanh)},
    {"vit_giantopt_patch16_siglip_256", SigLip(16, 1536, 40, 16, 6144, kTanh)},
    {"vit_giantopt_patch16_siglip_384", SigLip(16, 1536, 40, 16, 6144, kTanh)},
    {"vit_tiny_patch16_224", Vit(16, 192, 12, 3)},
    {"vit_small_patch16_224", Vit(16, 384, 12, 6)},
    {"vit_base_patch32_224", Vit(32, 768, 12, 12)},
    {"vit_base_patch16_224", Vit(16, 768, 12, 12)},
    {"vit_base_patch16_384", Vit(16, 768, 12, 12)},
    {"vit_large_patch16_224", Vit(16, 1024, 24, 16)},
    {"vit_base_patch32_clip_224", Clip(32, 768, 12, 12)},
    {"vit_large_patch14_clip_224", Clip(14, 1024, 24, 16)},
    {"vit_large_patch14_clip_336", Clip(14, 1024, 24, 16)},
    {"vit_base_patch16_clip_224", Clip(16, 768, 12, 12)},
    {"vit_base_mci_224", Mci(768, 12, 12)},
    {"vit_medium_patch16_gap_256", Gap(16, 512, 12, 8)},
    {"vitamin_small_224", Vitamin(64, 384, 14, 6, true)},
    {"vitamin_base_224", Vitamin(128, 768, 14, 12, true)},
    {"vitamin_large_224", Vitamin(160, 1024, 31, 16, true)},
    {"vitamin_large_256", Vitamin(160, 1024, 31, 16, true)},
    {"vitamin_large_336", Vitamin(160, 1024, 31, 16, true)},
    {"vitamin_large_384", Vitamin(160, 1024, 31, 16, true)},
    {"vitamin_large2_224", Vitamin(160, 1024, 31, 16, true)},
    {"vitamin_large2_256", Vitamin(160, 1024, 31, 16, true)},
    {"vitamin_large2_336", Vitamin(160, 1024, 31, 16, true)},
    {"vitamin_large2_384", Vitamin(160, 1024, 31, 16, true)},
    {"vitamin_xlarge_256", Vitamin(192, 1152, 32, 16, false)},
    {"vitamin_xlarge_336", Vitamin(192, 1152, 32, 16, false)},
    {"vitamin_xlarge_384", Vitamin(192, 1152, 32, 16, false)},
}};

}  // namespace

std::vector<std::string_view> VisionTransformerModels() {
  return NamesOf(kVisionTransformerModels);
}

bool HasVisionTransformerModel(std::string_view name) {
  return FindModel(kVisionTransformerModels, name) != nullptr;
}

std::shared_ptr<TimmTrunk> CreateVisionTransformerModel(
    std::string_view name, const TimmTrunkOptions& trunk,
    const ParameterOptions& options) {
  const VisionTransformerOptions* model =
      FindModel(kVisionTransformerModels, name);
  TORCH_CHECK_VALUE(model != nullptr, "no VisionTransformer is called ", name);
  VisionTransformerOptions vit = *model;
  vit.activation = trunk.model_kwargs.act_layer.value_or(vit.activation);
  return std::make_shared<VisionTransformer>(vit, trunk, options);
}

}  // namespace clip::model::timm
