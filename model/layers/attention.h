#ifndef MODEL_LAYERS_ATTENTION_H_
#define MODEL_LAYERS_ATTENTION_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "model/config/transformer_config.h"
#include "model/layers/inference_layer.h"
#include "model/layers/linear.h"
#include "model/layers/packed_linear.h"
#include "model/layers/packed_sequences.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// Which keys a query may see. `additive` stands alone.
struct AttentionMask {
  // Only its own position and those before it.
  bool causal = false;
  // Added to the scores, broadcast to [N, heads, L, L]; undefined = nothing.
  at::Tensor additive;
  // Sequences in the one row of tokens: a query sees its own, causally. Null:
  // each of the N rows is a sequence.
  std::shared_ptr<const PackedSequences> packed;
};

// Multi-head attention as in torch.nn.MultiheadAttention, with the three
// input projections as one product. Keys: in_proj_weight [3 width, width],
// in_proj_bias [3 width], out_proj.*.
class AttentionImpl : public torch::nn::Module, public InferenceLayer {
 public:
  AttentionImpl(const TransformerConfig& config,
                const ParameterOptions& options,
                bool is_cross_attention = false);

  // [N, L, width] -> [N, L, width]. Where `residual` is defined, of the same
  // shape, it is added.
  at::Tensor forward(const at::Tensor& x, const AttentionMask& mask,
                     const at::Tensor& residual = {});

  // The same for some tokens only: `tokens` [M] counts through all rows.
  // Residual and result are [M, width].
  at::Tensor ForwardTokens(const at::Tensor& x, const AttentionMask& mask,
                           const at::Tensor& tokens,
                           const at::Tensor& residual = {});

  // Of cross attention: queries of x over the keys and values of context:
  // [N, L, width], [N, M, width] -> [N, L, width]
  at::Tensor ForwardCross(const at::Tensor& x, const at::Tensor& context);

  // Cross attention keeps its input projection as it is.
  void PrepareForInference(const InferenceOptions& options) override;

 private:
  // Mixed values before the output projection, [N, L, width].
  at::Tensor AttendTokens(const at::Tensor& x, const AttentionMask& mask) const;
  // [N, L, width] -> [N, heads, L, head width]
  at::Tensor SplitHeads(const at::Tensor& x) const;

  int64_t heads_;
  bool is_cross_attention_;
  at::Tensor in_proj_weight_;
  at::Tensor in_proj_bias_;
  // Null until prepared for inference; then it has in_proj_weight.
  std::shared_ptr<const PackedLinear> packed_in_proj_;
  Linear out_proj_ = nullptr;
};
TORCH_MODULE(Attention);

}  // namespace clip::model

#endif  // MODEL_LAYERS_ATTENTION_H_
