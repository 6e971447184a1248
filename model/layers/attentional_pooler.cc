#include "model/layers/attentional_pooler.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <memory>
#include <vector>

namespace clip::model {
namespace {

// The keys below `attn.`; the computation is the pooler's.
class Projections : public torch::nn::Module {};

}  // namespace

AttentionalPoolerImpl::AttentionalPoolerImpl(
    const AttentionalPoolerOptions& pooler, const ParameterOptions& options)
    : pooler_(pooler) {
  // open_clip gives these norms no norm_kwargs.
  constexpr double kEps = 1e-5;
  query_ = register_parameter(
      "query", at::empty({pooler.queries, pooler.width}, options.Float()));
  RegisterProjections(options);
  ln_q_ = register_module("ln_q", LayerNorm(pooler.width, kEps, options));
  ln_k_ =
      register_module("ln_k", LayerNorm(pooler.context_width, kEps, options));
}

void AttentionalPoolerImpl::RegisterProjections(
    const ParameterOptions& options) {
  const int64_t width = pooler_.width;
  const int64_t context = pooler_.context_width;
  auto attn = register_module("attn", std::make_shared<Projections>());
  const auto weight = [&](const char* name, int64_t rows, int64_t columns) {
    return attn->register_parameter(
        name, at::empty({rows, columns}, options.Matrix()));
  };
  if (width == context) {
    in_proj_weight_ = weight("in_proj_weight", 3 * width, width);
  } else {
    q_proj_weight_ = weight("q_proj_weight", width, width);
    k_proj_weight_ = weight("k_proj_weight", width, context);
    v_proj_weight_ = weight("v_proj_weight", width, context);
  }
  in_proj_bias_ = attn->register_parameter(
      "in_proj_bias", at::empty({3 * width}, options.Matrix()));
  out_proj_ = attn->register_module("out_proj", Linear(width, width, options));
}

at::Tensor AttentionalPoolerImpl::forward(const at::Tensor& x) {
  std::vector<at::Tensor> weights = {q_proj_weight_, k_proj_weight_,
                                     v_proj_weight_};
  if (in_proj_weight_.defined()) weights = in_proj_weight_.chunk(3);
  const std::vector<at::Tensor> biases = in_proj_bias_.chunk(3);
  const at::Tensor tokens = ln_k_->forward(x);
  const at::Tensor queries =
      ln_q_->forward(query_).to(x.scalar_type()).unsqueeze(0);
  // All rows ask the same, so that one product makes the queries of all.
  const at::Tensor query =
      at::linear(queries, weights[0], biases[0]).expand({x.size(0), -1, -1});
  const at::Tensor heads = at::scaled_dot_product_attention(
      SplitHeads(query), SplitHeads(at::linear(tokens, weights[1], biases[1])),
      SplitHeads(at::linear(tokens, weights[2], biases[2])));
  return out_proj_->forward(heads.transpose(1, 2).flatten(2));
}

at::Tensor AttentionalPoolerImpl::SplitHeads(const at::Tensor& x) const {
  return x
      .reshape(
          {x.size(0), x.size(1), pooler_.heads, pooler_.width / pooler_.heads})
      .transpose(1, 2);
}

}  // namespace clip::model
