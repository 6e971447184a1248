#ifndef MODEL_TOWERS_TIMM_CONVNEXT_OPTIONS_H_
#define MODEL_TOWERS_TIMM_CONVNEXT_OPTIONS_H_

#include <array>
#include <cstdint>

namespace clip::model {

// What one ConvNeXt differs in from another. A plain value.
struct ConvNextOptions {
  // Blocks and channels of the four stages.
  std::array<int64_t, 4> depths = {3, 3, 9, 3};
  std::array<int64_t, 4> widths = {96, 192, 384, 768};
  double norm_eps = 1e-6;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_CONVNEXT_OPTIONS_H_
