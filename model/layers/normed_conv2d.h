#ifndef MODEL_LAYERS_NORMED_CONV2D_H_
#define MODEL_LAYERS_NORMED_CONV2D_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <memory>
#include <string>

#include "model/layers/batch_norm2d.h"
#include "model/layers/conv2d.h"
#include "model/layers/packed_conv2d.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// A convolution and the batch norm behind it, both registered elsewhere. Once
// prepared for inference they are one convolution.
class NormedConv2d {
 public:
  // Empty.
  NormedConv2d() = default;
  NormedConv2d(Conv2d conv, BatchNorm2d norm);
  // Both made and registered in `parent` as "conv" and "bn" with this number.
  static NormedConv2d Register(torch::nn::Module& parent,
                               const std::string& number,
                               const Conv2dOptions& conv,
                               const ParameterOptions& options);

  bool is_empty() const { return conv_.is_empty(); }

  // [N, in, H, W] -> [N, out, H', W']
  at::Tensor Forward(const at::Tensor& x);
  // relu(y)
  at::Tensor ForwardRelu(const at::Tensor& x);
  // relu(y + other), of y's shape.
  at::Tensor ForwardAddRelu(const at::Tensor& x, const at::Tensor& other);

  // Afterwards the layer gives no gradients and takes no other weights: the
  // convolution's are freed.
  void PrepareForInference();

 private:
  Conv2d conv_ = nullptr;
  BatchNorm2d norm_ = nullptr;
  // Null until prepared.
  std::shared_ptr<const PackedConv2d> packed_;
};

}  // namespace clip::model

#endif  // MODEL_LAYERS_NORMED_CONV2D_H_
