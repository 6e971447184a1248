#ifndef MODEL_LAYERS_CONV2D_H_
#define MODEL_LAYERS_CONV2D_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "model/layers/packed_linear.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

struct Conv2dOptions {
  int64_t in_channels = 3;
  int64_t out_channels = 64;
  // Pixels of the square kernel.
  int64_t kernel_size = 1;
  int64_t stride = 1;
  int64_t padding = 0;
  // Both channel counts are multiples of it; as many as there are input
  // channels: depthwise.
  int64_t groups = 1;
  bool bias = false;
};

// The convolution by LibTorch; `bias` may be undefined.
at::Tensor Convolve(const at::Tensor& x, const at::Tensor& weight,
                    const at::Tensor& bias, const Conv2dOptions& conv);

// A convolution. Keys: weight [out, in / groups, kernel, kernel] and, with a
// bias, bias [out].
class Conv2dImpl : public torch::nn::Module {
 public:
  Conv2dImpl(const Conv2dOptions& conv, const ParameterOptions& options);

  // [N, in, H, W] -> [N, out, H', W']
  at::Tensor forward(const at::Tensor& x) const;

  // The convolution of a kernel that no two outputs share a pixel of, as one
  // product. A cell is what the kernel covers, channels first:
  // [..., in kernel^2] -> [..., out]
  at::Tensor ForwardCells(const at::Tensor& cells,
                          const LinearEpilogue& epilogue = {}) const;
  // Packs the weight for ForwardCells() and frees it: no forward() afterwards.
  void PackCells(const InferenceOptions& options);

  const Conv2dOptions& options() const { return conv_; }
  // Empty once packed.
  const at::Tensor& weight() const { return weight_; }
  // Undefined without a bias.
  const at::Tensor& bias() const { return bias_; }

 private:
  Conv2dOptions conv_;
  at::Tensor weight_;
  at::Tensor bias_;
  // Null until packed; then it has the weight.
  std::shared_ptr<const PackedLinear> packed_;
};
TORCH_MODULE(Conv2d);

}  // namespace clip::model

#endif  // MODEL_LAYERS_CONV2D_H_
