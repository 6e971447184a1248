#ifndef MODEL_TOWERS_TIMM_VISION_TRANSFORMER_REL_POS_H_
#define MODEL_TOWERS_TIMM_VISION_TRANSFORMER_REL_POS_H_

#include <cstdint>
#include <string_view>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/transformer_trunk.h"

namespace clip::model::timm {

// The arguments of timm's VisionTransformerRelPos that its models differ in. A
// plain value.
struct VisionTransformerRelPosOptions {
  // Pixels.
  int64_t patch_size = 16;
  int64_t depth = 12;
  int64_t heads = 8;
  int64_t mlp_width = 2048;
  bool qkv_bias = false;
  // Of the MLP that makes the bias.
  int64_t rel_pos_width = 256;
  TransformerTrunkOptions around;
};

// timm's VisionTransformerRelPos with RelPosMlp in each block, and layer scale.
// Keys: those of TransformerTrunk, Block and RelPosAttention.
class VisionTransformerRelPos : public TransformerTrunk {
 public:
  VisionTransformerRelPos(const VisionTransformerRelPosOptions& vit,
                          const TimmTrunkOptions& trunk,
                          const ParameterOptions& options);

  std::string_view architecture() const override {
    return "VisionTransformerRelPos";
  }
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_VISION_TRANSFORMER_REL_POS_H_
