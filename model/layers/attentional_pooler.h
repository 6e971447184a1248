#ifndef MODEL_LAYERS_ATTENTIONAL_POOLER_H_
#define MODEL_LAYERS_ATTENTIONAL_POOLER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/layer_norm.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

struct AttentionalPoolerOptions {
  // Width of the queries and of the result; a multiple of heads.
  int64_t width = 512;
  // Width of the tokens that are pooled.
  int64_t context_width = 768;
  int64_t heads = 8;
  int64_t queries = 256;
};

// CoCa's pooling: learned queries attend to the tokens. Keys: query [queries,
// width], ln_q.*, ln_k.*, attn.out_proj.*, attn.in_proj_bias [3 width] and
// attn.{q,k,v}_proj_weight, or attn.in_proj_weight where the widths are equal.
class AttentionalPoolerImpl : public torch::nn::Module {
 public:
  AttentionalPoolerImpl(const AttentionalPoolerOptions& pooler,
                        const ParameterOptions& options);

  // [N, L, context_width] -> [N, queries, width]
  at::Tensor forward(const at::Tensor& x);

 private:
  void RegisterProjections(const ParameterOptions& options);
  // [N, L, width] -> [N, heads, L, head width]
  at::Tensor SplitHeads(const at::Tensor& x) const;

  AttentionalPoolerOptions pooler_;
  at::Tensor query_;
  LayerNorm ln_q_ = nullptr;
  LayerNorm ln_k_ = nullptr;
  // Either the first, or the other three.
  at::Tensor in_proj_weight_;
  at::Tensor q_proj_weight_;
  at::Tensor k_proj_weight_;
  at::Tensor v_proj_weight_;
  at::Tensor in_proj_bias_;
  Linear out_proj_ = nullptr;
};
TORCH_MODULE(AttentionalPooler);

}  // namespace clip::model

#endif  // MODEL_LAYERS_ATTENTIONAL_POOLER_H_
