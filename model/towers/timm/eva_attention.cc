#include "model/towers/timm/eva_attention.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>

#include "model/towers/timm/fused_attention.h"

namespace clip::model::timm {

EvaAttention::EvaAttention(const EvaAttentionOptions& attention,
                           const ParameterOptions& options)
    : heads_(attention.heads) {
  const int64_t width = attention.width;
  if (attention.qkv_fused) {
    qkv_ = register_module(
        "qkv", Linear(width, 3 * width, options, /*has_bias=*/false));
    q_bias_ =
        register_parameter("q_bias", at::empty({width}, options.Matrix()));
    v_bias_ =
        register_parameter("v_bias", at::empty({width}, options.Matrix()));
  } else {
    q_proj_ = register_module("q_proj", Linear(width, width, options));
    k_proj_ = register_module("k_proj", Linear(width, width, options,
                                               /*has_bias=*/false));
    v_proj_ = register_module("v_proj", Linear(width, width, options));
  }
  if (attention.scale_norm) {
    norm_ =
        register_module("norm", LayerNorm(width, attention.norm_eps, options));
  }
  proj_ = register_module("proj", Linear(width, width, options));
}

at::Tensor EvaAttention::forward(const at::Tensor& x, const at::Tensor& rope) {
  at::Tensor attended = FusedAttention(ProjectIn(x), heads_, rope);
  if (!norm_.is_empty()) attended = norm_->forward(attended);
  return proj_->forward(attended);
}

at::Tensor EvaAttention::ProjectIn(const at::Tensor& x) {
  if (qkv_.is_empty()) {
    return at::cat(
        {q_proj_->forward(x), k_proj_->forward(x), v_proj_->forward(x)}, 2);
  }
  const at::Tensor bias = at::cat({q_bias_, at::zeros_like(q_bias_), v_bias_});
  return qkv_->ForwardWithBias(x, bias);
}

}  // namespace clip::model::timm
