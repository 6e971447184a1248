#ifndef MODEL_LAYERS_TRANSFORMER_H_
#define MODEL_LAYERS_TRANSFORMER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <vector>

#include "model/config/transformer_config.h"
#include "model/layers/parameter_options.h"
#include "model/layers/residual_attention_block.h"

namespace clip::model {

// A stack of residual attention blocks. Keys: resblocks.N.*.
class TransformerImpl : public torch::nn::Module {
 public:
  TransformerImpl(const TransformerConfig& config,
                  const ParameterOptions& options);

  // [N, L, width] -> [N, L, width]
  at::Tensor forward(at::Tensor x, const AttentionMask& mask);

 private:
  std::vector<ResidualAttentionBlock> resblocks_;
};
TORCH_MODULE(Transformer);

}  // namespace clip::model

#endif  // MODEL_LAYERS_TRANSFORMER_H_
