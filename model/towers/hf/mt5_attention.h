#ifndef MODEL_TOWERS_HF_MT5_ATTENTION_H_
#define MODEL_TOWERS_HF_MT5_ATTENTION_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/config/hf_model_config.h"
#include "model/layers/embedding.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// transformers' MT5Attention of an encoder: no biases, no scaling of the
// scores, and a learned bias for each distance. Keys: q, k, v, o (weight each)
// and, in the first block, relative_attention_bias.weight [buckets, heads].
class Mt5AttentionImpl : public torch::nn::Module {
 public:
  Mt5AttentionImpl(const HfModelConfig& config, bool has_bias_table,
                   const ParameterOptions& options);

  // [N, L, width] -> [N, L, width]; `bias` as in AttendHeads.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& bias);

  // The bias of all blocks, from the first one's table: [1, heads, L, L].
  at::Tensor PositionBias(int64_t length) const;

 private:
  int64_t heads_;
  Linear q_ = nullptr;
  Linear k_ = nullptr;
  Linear v_ = nullptr;
  Linear o_ = nullptr;
  // Empty but in the first block.
  Embedding relative_attention_bias_ = nullptr;
};
TORCH_MODULE(Mt5Attention);

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_MT5_ATTENTION_H_
