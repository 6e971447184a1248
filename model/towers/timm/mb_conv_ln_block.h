#ifndef MODEL_TOWERS_TIMM_MB_CONV_LN_BLOCK_H_
#define MODEL_TOWERS_TIMM_MB_CONV_LN_BLOCK_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>

#include "model/layers/conv2d.h"
#include "model/layers/layer_norm2d.h"
#include "model/layers/parameter_options.h"

namespace clip::model::timm {

// timm's MbConvLNBlock: a norm, then convolutions 1x1 to four times the
// channels, 3x3 depthwise and 1x1 back, with GELU between, added to the input.
// A stride of 2 averages the input and, where channels change, projects it.
// Keys: pre_norm.*, conv1_1x1.*, conv2_kxk.*, conv3_1x1.*, shortcut.expand.*.
class MbConvLnBlockImpl : public torch::nn::Module {
 public:
  // Where the channels differ, `stride` is 2.
  MbConvLnBlockImpl(int64_t in_channels, int64_t out_channels, int64_t stride,
                    const ParameterOptions& options);

  // [N, in, H, W] -> [N, out, H / stride, W / stride], rounded up
  at::Tensor forward(const at::Tensor& x);

 private:
  at::Tensor Shortcut(const at::Tensor& x);

  int64_t stride_;
  // Empty where the channels stay.
  Conv2d expand_ = nullptr;
  LayerNorm2d pre_norm_ = nullptr;
  Conv2d conv1_1x1_ = nullptr;
  Conv2d conv2_kxk_ = nullptr;
  Conv2d conv3_1x1_ = nullptr;
};
TORCH_MODULE(MbConvLnBlock);

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_MB_CONV_LN_BLOCK_H_
