#ifndef MODEL_TOWERS_TIMM_MOBILE_ONE_BLOCK_H_
#define MODEL_TOWERS_TIMM_MOBILE_ONE_BLOCK_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/batch_norm2d.h"
#include "model/layers/convolution_weights.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/conv_norm.h"
#include "model/towers/timm/squeeze_excite.h"

namespace clip::model {

struct MobileOneOptions {
  int64_t in_channels = 64;
  int64_t out_channels = 64;
  // Pixels of the square kernel, odd.
  int64_t kernel_size = 1;
  int64_t stride = 1;
  // As many groups as input channels, else one.
  bool depthwise = false;
  // The convolution of kernel_size.
  bool conv_branch = true;
  // A convolution of one pixel, unless kernel_size is 1.
  bool scale_branch = true;
  bool squeeze_excite = false;
  bool activation = true;
};

// timm's MobileOneBlock: the sum of a batch norm (where sizes allow it) and of
// convolutions, each with its norm; then squeeze-and-excite and GELU. Outside
// training it runs as one convolution, but its weights stay apart as in the
// checkpoint. Keys: identity.*, conv_kxk.0.*, conv_scale.*, se.*.
class MobileOneBlockImpl : public torch::nn::Module {
 public:
  MobileOneBlockImpl(const MobileOneOptions& block,
                     const ParameterOptions& options);

  // [N, in, H, W] -> [N, out, H', W']
  at::Tensor forward(const at::Tensor& x);

  // The branches as one convolution.
  ConvolutionWeights Fused() const;

 private:
  at::Tensor SumOfBranches(const at::Tensor& x);

  MobileOneOptions block_;
  // Each empty where the block does not have it.
  BatchNorm2d identity_ = nullptr;
  ConvNorm conv_kxk_ = nullptr;
  ConvNorm conv_scale_ = nullptr;
  SqueezeExcite se_ = nullptr;
};
TORCH_MODULE(MobileOneBlock);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_MOBILE_ONE_BLOCK_H_
