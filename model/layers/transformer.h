#ifndef MODEL_LAYERS_TRANSFORMER_H_
#define MODEL_LAYERS_TRANSFORMER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <functional>
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

  // The result for some tokens only, which spares most of the last block:
  // `tokens` [M] counts through all rows. [N, L, width] -> [M, width]
  at::Tensor ForwardTokens(at::Tensor x, const AttentionMask& mask,
                           const at::Tensor& tokens);

  // The same as forward, and the outputs of the blocks in `take` (ascending).
  // With `stop_early` no block runs behind the last of them.
  at::Tensor ForwardIntermediates(at::Tensor x, const AttentionMask& mask,
                                  const std::vector<int64_t>& take,
                                  bool stop_early,
                                  std::vector<at::Tensor>& intermediates);

  int64_t depth() const { return static_cast<int64_t>(resblocks_.size()); }

  // Recompute each block in the backward pass.
  void set_grad_checkpointing(bool enable) { grad_checkpointing_ = enable; }

 private:
  at::Tensor RunBlock(ResidualAttentionBlock& block, const at::Tensor& x,
                      const AttentionMask& mask) const;
  // run(x), recomputed in the backward pass where that is asked for.
  at::Tensor Run(const at::Tensor& x,
                 std::function<at::Tensor(const at::Tensor&)> run) const;

  bool grad_checkpointing_ = false;
  std::vector<ResidualAttentionBlock> resblocks_;
};
TORCH_MODULE(Transformer);

}  // namespace clip::model

#endif  // MODEL_LAYERS_TRANSFORMER_H_
