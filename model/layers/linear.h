#ifndef MODEL_LAYERS_LINEAR_H_
#define MODEL_LAYERS_LINEAR_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "model/layers/inference_layer.h"
#include "model/layers/packed_linear.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// y = x weight^T + bias. Keys: weight [out, in] and, with a bias, bias [out].
class LinearImpl : public torch::nn::Module, public InferenceLayer {
 public:
  LinearImpl(int64_t in_features, int64_t out_features,
             const ParameterOptions& options, bool has_bias = true);

  // [..., in] -> [..., out]
  at::Tensor forward(const at::Tensor& x) const;
  // activation(y)
  at::Tensor ForwardActivated(const at::Tensor& x, Activation activation) const;
  // residual + y, where residual is [..., out].
  at::Tensor ForwardAdd(const at::Tensor& x, const at::Tensor& residual) const;
  // x weight^T + another bias, [out].
  at::Tensor ForwardWithBias(const at::Tensor& x, const at::Tensor& bias) const;

  void PrepareForInference(const InferenceOptions& options) override;

  // Empty once prepared for inference.
  const at::Tensor& weight() const { return weight_; }
  // Undefined without a bias.
  const at::Tensor& bias() const { return bias_; }

 private:
  at::Tensor weight_;
  at::Tensor bias_;
  // Null until prepared for inference; then it has the weight.
  std::shared_ptr<const PackedLinear> packed_;
};
TORCH_MODULE(Linear);

}  // namespace clip::model

#endif  // MODEL_LAYERS_LINEAR_H_
