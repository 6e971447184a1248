#ifndef MODEL_LAYERS_MLP_H_
#define MODEL_LAYERS_MLP_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/config/transformer_config.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// Two linear layers with the activation between them. Keys: c_fc.*, c_proj.*.
class MlpImpl : public torch::nn::Module {
 public:
  MlpImpl(const TransformerConfig& config, const ParameterOptions& options);

  // [..., width] -> [..., width]. Where `residual` is defined, of the same
  // shape, it is added.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& residual = {});

 private:
  Activation activation_;
  Linear c_fc_ = nullptr;
  Linear c_proj_ = nullptr;
};
TORCH_MODULE(Mlp);

}  // namespace clip::model

#endif  // MODEL_LAYERS_MLP_H_
