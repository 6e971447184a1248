#include "model/towers/timm/eva_models.h"

#include <c10/util/Exception.h>

#include "model/towers/timm/eva.h"
#include "model/towers/timm/model_table.h"

namespace clip::model::timm {
namespace {

constexpr EvaOptions EvaModel(int64_t patch, int64_t width, int64_t depth,
                              int64_t heads, int64_t mlp_width) {
  EvaOptions eva;
  eva.patch_size = patch;
  eva.around.width = width;
  eva.depth = depth;
  eva.heads = heads;
  eva.mlp_width = mlp_width;
  return eva;
}

constexpr EvaOptions Eva01(int64_t patch, int64_t width, int64_t depth,
                           int64_t heads, int64_t mlp_width) {
  EvaOptions eva = EvaModel(patch, width, depth, heads, mlp_width);
  eva.around.pool = GlobalPool::kAverage;
  return eva;
}

// Trained on 16 x 16 patches, whatever the model's own grid.
constexpr EvaOptions Eva02(int64_t patch, int64_t width, int64_t depth,
                           int64_t heads, int64_t mlp_width) {
  EvaOptions eva = EvaModel(patch, width, depth, heads, mlp_width);
  eva.mlp = MlpKind::kSwiGlu;
  eva.qkv_fused = false;
  eva.scale_attn_inner = true;
  eva.rope_reference_grid = {16, 16};
  return eva;
}

constexpr EvaOptions Eva02PostNorm(int64_t patch, int64_t width, int64_t depth,
                                   int64_t heads, int64_t mlp_width) {
  EvaOptions eva = EvaModel(patch, width, depth, heads, mlp_width);
  eva.post_norm = true;
  return eva;
}

// Perception Encoder. `grid`: the patches of a side in training.
constexpr EvaOptions PeCore(int64_t patch, int64_t width, int64_t depth,
                            int64_t heads, int64_t mlp_width, int64_t grid) {
  EvaOptions eva = EvaModel(patch, width, depth, heads, mlp_width);
  eva.attention_rope = true;
  eva.rope_reference_grid = {grid, grid};
  eva.rope_grid_offset = 1.0;
  eva.rope_columns_first = true;
  eva.around.norm_eps = 1e-5;
  eva.around.pre_norm = true;
  eva.around.pool = GlobalPool::kMap;
  eva.around.map_heads = 8;
  eva.around.map_mlp_width = 4 * width;
  eva.around.map_includes_prefix = true;
  return eva;
}

constexpr EvaOptions PeCoreGigantic() {
  EvaOptions eva = PeCore(14, 1536, 50, 16, 8960, 32);
  eva.rope_grid_offset = 0.0;
  eva.around.class_token = false;
  return eva;
}

constexpr ModelTable<EvaOptions, 10> kEvaModels = {{
    {"eva_giant_patch14_224", Eva01(14, 1408, 40, 16, 6144)},
    {"eva02_base_patch16_clip_224", Eva02(16, 768, 12, 12, 2048)},
    {"eva02_large_patch14_clip_224", Eva02(14, 1024, 24, 16, 2730)},
    {"eva02_large_patch14_clip_336", Eva02(14, 1024, 24, 16, 2730)},
    {"eva02_enormous_patch14_clip_224", Eva02PostNorm(14, 1792, 64, 16, 15360)},
    {"vit_pe_core_tiny_patch16_384", PeCore(16, 192, 12, 3, 768, 24)},
    {"vit_pe_core_small_patch16_384", PeCore(16, 384, 12, 6, 1536, 24)},
    {"vit_pe_core_base_patch16_224", PeCore(16, 768, 12, 12, 3072, 14)},
    {"vit_pe_core_large_patch14_336", PeCore(14, 1024, 24, 16, 4096, 24)},
    {"vit_pe_core_gigantic_patch14_448", PeCoreGigantic()},
}};

}  // namespace

std::vector<std::string_view> EvaModels() { return NamesOf(kEvaModels); }

bool HasEvaModel(std::string_view name) {
  return FindModel(kEvaModels, name) != nullptr;
}

std::shared_ptr<TimmTrunk> CreateEvaModel(std::string_view name,
                                          const TimmTrunkOptions& trunk,
                                          const ParameterOptions& options) {
  const EvaOptions* model = FindModel(kEvaModels, name);
  TORCH_CHECK_VALUE(model != nullptr, "no Eva is called ", name);
  return std::make_shared<Eva>(*model, trunk, options);
}

}  // namespace clip::model::timm
