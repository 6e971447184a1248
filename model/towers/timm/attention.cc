#include "model/towers/timm/attention.h"

#include "model/towers/timm/fused_attention.h"

namespace clip::model::timm {

Attention::Attention(int64_t width, int64_t heads, bool qkv_bias,
                     const ParameterOptions& options)
    : heads_(heads) {
  qkv_ = register_module("qkv", Linear(width, 3 * width, options, qkv_bias));
  proj_ = register_module("proj", Linear(width, width, options));
}

at::Tensor Attention::forward(const at::Tensor& x, const at::Tensor& rope) {
  return proj_->forward(FusedAttention(qkv_->forward(x), heads_, rope));
}

}  // namespace clip::model::timm
