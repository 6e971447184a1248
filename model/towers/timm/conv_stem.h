#ifndef MODEL_TOWERS_TIMM_CONV_STEM_H_
#define MODEL_TOWERS_TIMM_CONV_STEM_H_

#include <ATen/core/TensorBody.h>

#include <array>
#include <cstdint>
#include <vector>

#include "model/layers/batch_norm2d.h"
#include "model/layers/conv2d.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/backbone.h"

namespace clip::model::timm {

// timm's ConvStem as MobileCLIP's ViT has it: convolutions whose kernel is
// their stride (4, 2, 2), with batch norm and GELU behind all but the last.
// Keys: N.conv.weight, N.bn.*, and for the last N.conv.bias instead.
class ConvStem : public Backbone {
 public:
  // Output channels of each convolution.
  using Channels = std::array<int64_t, 3>;

  ConvStem(const Channels& channels, const ParameterOptions& options);

  at::Tensor forward(const at::Tensor& pixels) override;
  Grid OutputGrid(const Grid& image) const override;

 private:
  std::vector<Conv2d> convs_;
  // One less.
  std::vector<BatchNorm2d> norms_;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_CONV_STEM_H_
