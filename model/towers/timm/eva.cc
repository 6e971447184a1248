#include "model/towers/timm/eva.h"

#include <memory>
#include <utility>
#include <vector>

#include "model/towers/timm/attention.h"
#include "model/towers/timm/eva_attention.h"
#include "model/towers/timm/patch_embed.h"
#include "model/towers/timm/rotary_embedding_cat.h"

namespace clip::model::timm {
namespace {

std::shared_ptr<AttentionLayer> CreateAttention(
    const EvaOptions& eva, const ParameterOptions& options) {
  const int64_t width = eva.around.width;
  if (eva.attention_rope) {
    return std::make_shared<Attention>(width, eva.heads, /*qkv_bias=*/true,
                                       options);
  }
  EvaAttentionOptions attention;
  attention.width = width;
  attention.heads = eva.heads;
  attention.qkv_fused = eva.qkv_fused;
  attention.scale_norm = eva.scale_attn_inner;
  attention.norm_eps = eva.around.norm_eps;
  return std::make_shared<EvaAttention>(attention, options);
}

Block CreateBlock(const EvaOptions& eva, const ParameterOptions& options) {
  BlockOptions block;
  block.width = eva.around.width;
  block.norm_eps = eva.around.norm_eps;
  block.post_norm = eva.post_norm;
  MlpOptions mlp;
  mlp.kind = eva.mlp;
  mlp.width = eva.around.width;
  mlp.hidden_width = eva.mlp_width;
  mlp.norm_eps = eva.around.norm_eps;
  return Block(block, CreateAttention(eva, options),
               CreateMlpLayer(mlp, options), options);
}

at::Tensor CreateRope(const EvaOptions& eva, const Grid& grid,
                      int64_t prefix_tokens, const ParameterOptions& options) {
  if (eva.rope_reference_grid.cells() == 0) return {};
  RotaryEmbeddingCatOptions rope;
  rope.head_width = eva.around.width / eva.heads;
  rope.grid = grid;
  rope.reference_grid = eva.rope_reference_grid;
  rope.grid_offset = eva.rope_grid_offset;
  rope.columns_first = eva.rope_columns_first;
  rope.prefix_tokens = prefix_tokens;
  return RotaryEmbeddingCat(rope, options.device);
}

}  // namespace

Eva::Eva(const EvaOptions& eva, const TimmTrunkOptions& trunk,
         const ParameterOptions& options)
    : TransformerTrunk(eva.around, trunk) {
  PatchEmbedOptions embed;
  embed.image = {trunk.image_height, trunk.image_width};
  embed.patch_size = eva.patch_size;
  embed.width = eva.around.width;
  embed.bias = !eva.around.pre_norm;
  auto patch_embed = std::make_shared<PatchEmbed>(embed, options);
  const Grid grid = patch_embed->grid();
  RegisterEmbedding("patch_embed", std::move(patch_embed), options);
  std::vector<Block> blocks;
  for (int64_t i = 0; i < eva.depth; ++i) {
    blocks.push_back(CreateBlock(eva, options));
  }
  RegisterBlocks(std::move(blocks),
                 CreateRope(eva, grid, prefix_tokens(), options));
  RegisterHead(options);
}

}  // namespace clip::model::timm
