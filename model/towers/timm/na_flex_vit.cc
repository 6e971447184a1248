#include "model/towers/timm/na_flex_vit.h"

#include <memory>
#include <utility>
#include <vector>

#include "model/towers/timm/attention.h"
#include "model/towers/timm/mlp_layer.h"
#include "model/towers/timm/na_flex_embeds.h"

namespace clip::model::timm {
namespace {

TransformerTrunkOptions Around(const NaFlexVitOptions& vit) {
  TransformerTrunkOptions around = vit.around;
  around.class_token = false;
  around.pos_embed = false;
  around.map_heads = vit.heads;
  around.map_mlp_width = vit.mlp_width;
  around.map_activation = vit.activation;
  return around;
}

std::shared_ptr<NaFlexEmbeds> CreateEmbeds(const NaFlexVitOptions& vit,
                                           const TimmTrunkOptions& trunk,
                                           const ParameterOptions& options) {
  NaFlexEmbedsOptions embeds;
  embeds.image = {trunk.image_height, trunk.image_width};
  embeds.patch_size = vit.patch_size;
  embeds.width = vit.around.width;
  embeds.pos_embed_grid = vit.pos_embed_grid;
  embeds.bilinear = vit.bilinear_positions;
  embeds.reg_tokens = vit.around.reg_tokens;
  return std::make_shared<NaFlexEmbeds>(embeds, options);
}

Block CreateBlock(const NaFlexVitOptions& vit,
                  const ParameterOptions& options) {
  BlockOptions block;
  block.width = vit.around.width;
  block.norm_eps = vit.around.norm_eps;
  block.layer_scale = vit.layer_scale;
  MlpOptions mlp;
  mlp.width = block.width;
  mlp.hidden_width = vit.mlp_width;
  mlp.activation = vit.activation;
  return Block(block,
               std::make_shared<Attention>(block.width, vit.heads, vit.qkv_bias,
                                           options),
               CreateMlpLayer(mlp, options), options);
}

}  // namespace

NaFlexVit::NaFlexVit(const NaFlexVitOptions& vit, const TimmTrunkOptions& trunk,
                     const ParameterOptions& options)
    : TransformerTrunk(Around(vit), trunk),
      has_registers_(vit.around.reg_tokens > 0) {
  RegisterEmbedding("embeds", CreateEmbeds(vit, trunk, options), options);
  std::vector<Block> blocks;
  for (int64_t i = 0; i < vit.depth; ++i) {
    blocks.push_back(CreateBlock(vit, options));
  }
  RegisterBlocks(std::move(blocks), /*rope=*/{});
  RegisterHead(options);
}

std::set<std::string> NaFlexVit::NoWeightDecay() const {
  std::set<std::string> names = {"embeds.pos_embed"};
  if (has_registers_) names.insert("embeds.reg_token");
  return names;
}

}  // namespace clip::model::timm
