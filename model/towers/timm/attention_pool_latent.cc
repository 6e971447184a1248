#include "model/towers/timm/attention_pool_latent.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/scaled_dot_product_attention.h>

namespace clip::model::timm {

AttentionPoolLatentImpl::AttentionPoolLatentImpl(
    const AttentionPoolLatentOptions& pool, const ParameterOptions& options)
    : heads_(pool.heads) {
  const int64_t width = pool.width;
  latent_ =
      register_parameter("latent", at::empty({1, 1, width}, options.Float()));
  q_ = register_module("q", Linear(width, width, options));
  kv_ = register_module("kv", Linear(width, 2 * width, options));
  proj_ = register_module("proj", Linear(width, width, options));
  norm_ = register_module("norm", LayerNorm(width, pool.norm_eps, options));
  MlpOptions mlp;
  mlp.width = width;
  mlp.hidden_width = pool.mlp_width;
  mlp.activation = pool.activation;
  mlp_ = register_module("mlp", std::make_shared<Mlp>(mlp, options));
}

at::Tensor AttentionPoolLatentImpl::forward(const at::Tensor& x) {
  // The query is the same for each row, so it is projected once.
  const at::Tensor query = SplitHeads(q_->forward(latent_.to(x.scalar_type())))
                               .expand({x.size(0), -1, -1, -1});
  const auto keys_values = kv_->forward(x).chunk(2, -1);
  const at::Tensor heads = at::scaled_dot_product_attention(
      query, SplitHeads(keys_values[0]), SplitHeads(keys_values[1]));
  // [N, heads, 1, head width] -> [N, width]
  const at::Tensor pooled = proj_->forward(heads.flatten(1));
  return pooled + mlp_->forward(norm_->forward(pooled));
}

at::Tensor AttentionPoolLatentImpl::SplitHeads(const at::Tensor& x) const {
  return x.unflatten(-1, {heads_, x.size(2) / heads_}).transpose(1, 2);
}

}  // namespace clip::model::timm
