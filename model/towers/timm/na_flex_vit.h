#ifndef MODEL_TOWERS_TIMM_NA_FLEX_VIT_H_
#define MODEL_TOWERS_TIMM_NA_FLEX_VIT_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/grid.h"
#include "model/towers/timm/transformer_trunk.h"
#include "model/towers/timm/vit_blocks.h"

namespace clip::model::timm {

// The fields of timm's NaFlexVitCfg that its models differ in. No class token
// and no positions in `around`: NaFlexEmbeds has them. A plain value.
struct NaFlexVitOptions : VitBlocksOptions {
  // Pixels.
  int64_t patch_size = 16;
  // The grid that positions are stored for, and how they are resized.
  Grid pos_embed_grid = {16, 16};
  bool bilinear_positions = false;
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
