#ifndef MODEL_TOWERS_TIMM_FASTVIT_OPTIONS_H_
#define MODEL_TOWERS_TIMM_FASTVIT_OPTIONS_H_

#include <array>
#include <cstdint>

namespace clip::model {

// What one FastViT of MobileCLIP differs in from another. A plain value.
struct FastVitOptions {
  // Blocks and channels of each stage; 0 blocks: no such stage.
  std::array<int64_t, 5> depths = {2, 6, 10, 2, 0};
  std::array<int64_t, 5> widths = {64, 128, 256, 512, 0};
  // Hidden channels of an MLP for each channel.
  int64_t mlp_ratio = 3;
  // The stages from the third on downsample with squeeze-and-excite.
  bool squeeze_excite = true;
  // LayerNorm2d before attention, not a batch norm.
  bool layer_norm = false;
  // The stem's convolutions have a branch of one pixel.
  bool stem_scale_branch = true;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_FASTVIT_OPTIONS_H_
