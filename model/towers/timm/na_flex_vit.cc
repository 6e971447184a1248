#include "model/towers/timm/na_flex_vit.h"

#include <memory>

#include "model/towers/timm/na_flex_embeds.h"

namespace clip::model::timm {
namespace {

TransformerTrunkOptions Around(const NaFlexVitOptions& vit) {
  TransformerTrunkOptions around = AroundVitBlocks(vit);
  around.class_token = false;
  around.pos_embed = false;
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

}  // namespace

NaFlexVit::NaFlexVit(const NaFlexVitOptions& vit, const TimmTrunkOptions& trunk,
                     const ParameterOptions& options)
    : TransformerTrunk(Around(vit), trunk),
      has_registers_(vit.around.reg_tokens > 0) {
  RegisterEmbedding("embeds", CreateEmbeds(vit, trunk, options), options);
  RegisterBlocks(CreateVitBlocks(vit, options), /*rope=*/{});
  RegisterHead(options);
}

std::set<std::string> NaFlexVit::NoWeightDecay() const {
  std::set<std::string> names = {"embeds.pos_embed"};
  if (has_registers_) names.insert("embeds.reg_token");
  return names;
}

}  // namespace clip::model::timm
