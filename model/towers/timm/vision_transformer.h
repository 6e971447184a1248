#ifndef MODEL_TOWERS_TIMM_VISION_TRANSFORMER_H_
#define MODEL_TOWERS_TIMM_VISION_TRANSFORMER_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/transformer_trunk.h"
#include "model/towers/timm/vit_blocks.h"

namespace clip::model::timm {

// Where a VisionTransformer's tokens come from: PatchEmbed, or HybridEmbed
// with a backbone.
enum class Stem { kPatchEmbed, kConvStem, kMbConvStages };

// The arguments of timm's VisionTransformer that its models differ in. A plain
// value.
struct VisionTransformerOptions : VitBlocksOptions {
  Stem stem = Stem::kPatchEmbed;
  // Pixels, of kPatchEmbed.
  int64_t patch_size = 16;
  // Channels inside the other stems: of kConvStem the first two convolutions',
  // of kMbConvStages the stem's and the two stages'.
  std::array<int64_t, 3> stem_widths = {};
  // Blocks of each stage of kMbConvStages.
  std::array<int64_t, 2> stem_depths = {};
};

// timm's VisionTransformer. Keys: those of TransformerTrunk and Block.
class VisionTransformer : public TransformerTrunk {
 public:
  VisionTransformer(const VisionTransformerOptions& vit,
                    const TimmTrunkOptions& trunk,
                    const ParameterOptions& options);

  std::string_view architecture() const override { return "VisionTransformer"; }
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_VISION_TRANSFORMER_H_
