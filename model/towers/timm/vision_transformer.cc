#include "model/towers/timm/vision_transformer.h"

#include <memory>
#include <utility>
#include <vector>

#include "model/towers/timm/attention.h"
#include "model/towers/timm/conv_stem.h"
#include "model/towers/timm/hybrid_embed.h"
#include "model/towers/timm/mb_conv_stages.h"
#include "model/towers/timm/patch_embed.h"

namespace clip::model::timm {
namespace {

TransformerTrunkOptions Around(const VisionTransformerOptions& vit) {
  TransformerTrunkOptions around = vit.around;
  around.map_heads = vit.heads;
  around.map_mlp_width = vit.mlp_width;
  around.map_activation = vit.activation;
  return around;
}

std::shared_ptr<Backbone> CreateBackbone(const VisionTransformerOptions& vit,
                                         const ParameterOptions& options) {
  const auto& [first, second, third] = vit.stem_widths;
  const int64_t width = vit.around.width;
  if (vit.stem == Stem::kConvStem) {
    return std::make_shared<ConvStem>(ConvStem::Channels{first, second, width},
                                      options);
  }
  MbConvStagesOptions stages;
  stages.stem_width = first;
  stages.stage_widths = {second, third};
  stages.depths = vit.stem_depths;
  stages.output_width = width;
  return std::make_shared<MbConvStages>(stages, options);
}

std::shared_ptr<EmbedLayer> CreateStem(const VisionTransformerOptions& vit,
                                       const Grid& image,
                                       const ParameterOptions& options) {
  if (vit.stem != Stem::kPatchEmbed) {
    return std::make_shared<HybridEmbed>(CreateBackbone(vit, options), image);
  }
  PatchEmbedOptions embed;
  embed.image = image;
  embed.patch_size = vit.patch_size;
  embed.width = vit.around.width;
  embed.bias = !vit.around.pre_norm;
  return std::make_shared<PatchEmbed>(embed, options);
}

Block CreateBlock(const VisionTransformerOptions& vit,
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
  return Block(block,
               std::make_shared<Attention>(block.width, vit.heads, vit.qkv_bias,
                                           options),
               CreateMlpLayer(mlp, options), options);
}

}  // namespace

VisionTransformer::VisionTransformer(const VisionTransformerOptions& vit,
                                     const TimmTrunkOptions& trunk,
                                     const ParameterOptions& options)
    : TransformerTrunk(Around(vit), trunk) {
  const Grid image{trunk.image_height, trunk.image_width};
  RegisterEmbedding("patch_embed", CreateStem(vit, image, options), options);
  std::vector<Block> blocks;
  for (int64_t i = 0; i < vit.depth; ++i) {
    blocks.push_back(CreateBlock(vit, options));
  }
  RegisterBlocks(std::move(blocks), /*rope=*/{});
  RegisterHead(options);
}

}  // namespace clip::model::timm
