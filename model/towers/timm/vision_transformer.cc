#include "model/towers/timm/vision_transformer.h"

#include <memory>

#include "model/towers/timm/conv_stem.h"
#include "model/towers/timm/hybrid_embed.h"
#include "model/towers/timm/mb_conv_stages.h"
#include "model/towers/timm/patch_embed.h"

namespace clip::model::timm {
namespace {

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

}  // namespace

VisionTransformer::VisionTransformer(const VisionTransformerOptions& vit,
                                     const TimmTrunkOptions& trunk,
                                     const ParameterOptions& options)
    : TransformerTrunk(AroundVitBlocks(vit), trunk) {
  const Grid image{trunk.image_height, trunk.image_width};
  RegisterEmbedding("patch_embed", CreateStem(vit, image, options), options);
  RegisterBlocks(CreateVitBlocks(vit, options), /*rope=*/{});
  RegisterHead(options);
}

}  // namespace clip::model::timm
