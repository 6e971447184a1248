#include "model/towers/timm/vision_transformer_rel_pos.h"

#include <memory>
#include <utility>
#include <vector>

#include "model/towers/timm/mlp_layer.h"
#include "model/towers/timm/patch_embed.h"
#include "model/towers/timm/rel_pos_attention.h"

namespace clip::model::timm {
namespace {

Block CreateBlock(const VisionTransformerRelPosOptions& vit,
                  const RelPosMlpOptions& rel_pos,
                  const ParameterOptions& options) {
  BlockOptions block;
  block.width = vit.around.width;
  block.norm_eps = vit.around.norm_eps;
  block.layer_scale = true;
  MlpOptions mlp;
  mlp.width = block.width;
  mlp.hidden_width = vit.mlp_width;
  return Block(block,
               std::make_shared<RelPosAttention>(block.width, vit.qkv_bias,
                                                 rel_pos, options),
               CreateMlpLayer(mlp, options), options);
}

}  // namespace

VisionTransformerRelPos::VisionTransformerRelPos(
    const VisionTransformerRelPosOptions& vit, const TimmTrunkOptions& trunk,
    const ParameterOptions& options)
    : TransformerTrunk(vit.around, trunk) {
  PatchEmbedOptions embed;
  embed.image = {trunk.image_height, trunk.image_width};
  embed.patch_size = vit.patch_size;
  embed.width = vit.around.width;
  auto patch_embed = std::make_shared<PatchEmbed>(embed, options);
  RelPosMlpOptions rel_pos;
  rel_pos.window = patch_embed->grid();
  rel_pos.heads = vit.heads;
  rel_pos.hidden_width = vit.rel_pos_width;
  rel_pos.prefix_tokens = prefix_tokens();
  RegisterEmbedding("patch_embed", std::move(patch_embed), options);
  std::vector<Block> blocks;
  for (int64_t i = 0; i < vit.depth; ++i) {
    blocks.push_back(CreateBlock(vit, rel_pos, options));
  }
  RegisterBlocks(std::move(blocks), /*rope=*/{});
  RegisterHead(options);
}

}  // namespace clip::model::timm
