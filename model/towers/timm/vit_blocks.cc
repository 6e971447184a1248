#include "model/towers/timm/vit_blocks.h"

#include <memory>

#include "model/towers/timm/attention.h"

namespace clip::model::timm {

TransformerTrunkOptions AroundVitBlocks(const VitBlocksOptions& vit) {
  TransformerTrunkOptions around = vit.around;
  around.map_heads = vit.heads;
  around.map_mlp_width = vit.mlp_width;
  around.map_activation = vit.activation;
  return around;
}

std::vector<Block> CreateVitBlocks(const VitBlocksOptions& vit,
                                   const ParameterOptions& options) {
  BlockOptions block;
  block.width = vit.around.width;
  block.norm_eps = vit.around.norm_eps;
  block.layer_scale = vit.layer_scale;
  MlpOptions mlp;
  mlp.kind = vit.mlp;
  mlp.width = block.width;
  mlp.hidden_width = vit.mlp_width;
  mlp.activation = vit.activation;
  std::vector<Block> blocks;
  for (int64_t i = 0; i < vit.depth; ++i) {
    blocks.emplace_back(block,
                        std::make_shared<Attention>(block.width, vit.heads,
                                                    vit.qkv_bias, options),
                        CreateMlpLayer(mlp, options), options);
  }
  return blocks;
}

}  // namespace clip::model::timm
