#include "model/layers/attention_pool2d.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/scaled_dot_product_attention.h>

namespace clip::model {

AttentionPool2dImpl::AttentionPool2dImpl(const AttentionPool2dOptions& pool,
                                         const ParameterOptions& options)
    : heads_(pool.heads) {
  positional_embedding_ = register_parameter(
      "positional_embedding",
      at::empty({pool.grid * pool.grid + 1, pool.width}, options.Float()));
  q_proj_ = register_module("q_proj", Linear(pool.width, pool.width, options));
  k_proj_ = register_module("k_proj", Linear(pool.width, pool.width, options));
  v_proj_ = register_module("v_proj", Linear(pool.width, pool.width, options));
  c_proj_ =
      register_module("c_proj", Linear(pool.width, pool.output_width, options));
}

at::Tensor AttentionPool2dImpl::forward(const at::Tensor& x) {
  const at::Tensor cells = x.flatten(2).transpose(1, 2);  // [N, grid^2, width]
  at::Tensor tokens = at::cat({cells.mean(1, /*keepdim=*/true), cells}, 1);
  tokens = tokens + positional_embedding_.to(tokens.scalar_type());
  // open_clip lets every token attend and keeps the first; only its query is
  // computed here.
  const at::Tensor query = q_proj_->forward(tokens.narrow(1, 0, 1));
  const at::Tensor pooled = at::scaled_dot_product_attention(
      SplitHeads(query), SplitHeads(k_proj_->forward(tokens)),
      SplitHeads(v_proj_->forward(tokens)));  // [N, heads, 1, head width]
  return c_proj_->forward(pooled.flatten(1));
}

at::Tensor AttentionPool2dImpl::SplitHeads(const at::Tensor& x) const {
  return x.view({x.size(0), x.size(1), heads_, x.size(2) / heads_})
      .transpose(1, 2);
}

}  // namespace clip::model
