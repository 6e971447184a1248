#ifndef MODEL_TOWERS_TIMM_NA_FLEX_VIT_H_
#define MODEL_TOWERS_TIMM_NA_FLEX_VIT_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "model/config/activation.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/grid.h"
#include "model/towers/timm/transformer_trunk.h"

namespace clip::model::timm {

// The fields of timm's NaFlexVitCfg that its models differ in. A plain value.
struct NaFlexVitOptions {
  // Pixels.
  int64_t patch_size = 16;
  // The grid that positions are stored for, and how they are resized.
  Grid pos_embed_grid = {16, 16};
  bool bilinear_positions = false;
  int64_t depth = 12;
  int64_t heads = 12;
  int64_t mlp_width = 3072;
  // Of the blocks and of MAP pooling.
  Activation activation = Activation::kGelu;
  bool qkv_bias = true;
  bool layer_scale = false;
  // No class token and no positions of its own: NaFlexEmbeds has them. Its
  // map_* fields follow from the above.
  TransformerTrunkOptions around;
};

// timm's NaFlexVit for pictures of one size, which then is a common vision
// transformer. Keys: embeds.* of NaFlexEmbeds, else those of TransformerTrunk
// and Block.
class NaFlexVit : public TransformerTrunk {
 public:
  NaFlexVit(const NaFlexVitOptions& vit, const TimmTrunkOptions& trunk,
            const ParameterOptions& options);

  std::string_view architecture() const override { return "NaFlexVit"; }
  std::set<std::string> NoWeightDecay() const override;

 private:
  bool has_registers_;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_NA_FLEX_VIT_H_
