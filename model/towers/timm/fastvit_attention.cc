#include "model/towers/timm/fastvit_attention.h"

#include <c10/util/Exception.h>

#include "model/towers/timm/fused_attention.h"

namespace clip::model {
namespace {

constexpr int64_t kHeadWidth = 32;

}  // namespace

FastVitAttentionImpl::FastVitAttentionImpl(int64_t channels,
                                           const ParameterOptions& options) {
  TORCH_CHECK_VALUE(channels % kHeadWidth == 0, channels,
                    " channels are no heads of ", kHeadWidth);
  qkv_ = register_module(
      "qkv", Linear(channels, 3 * channels, options, /*has_bias=*/false));
  proj_ = register_module("proj", Linear(channels, channels, options));
}

at::Tensor FastVitAttentionImpl::forward(const at::Tensor& x) {
  const at::Tensor tokens = x.flatten(2).transpose(1, 2);
  const at::Tensor attended = timm::FusedAttention(
      qkv_->forward(tokens), x.size(1) / kHeadWidth, /*rope=*/{});
  return proj_->forward(attended).transpose(1, 2).view(x.sizes());
}

}  // namespace clip::model
