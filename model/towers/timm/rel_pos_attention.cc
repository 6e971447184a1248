#include "model/towers/timm/rel_pos_attention.h"

#include "model/towers/timm/fused_attention.h"

namespace clip::model::timm {

RelPosAttention::RelPosAttention(int64_t width, bool qkv_bias,
                                 const RelPosMlpOptions& rel_pos,
                                 const ParameterOptions& options)
    : heads_(rel_pos.heads) {
  qkv_ = register_module("qkv", Linear(width, 3 * width, options, qkv_bias));
  rel_pos_ = register_module("rel_pos", RelPosMlp(rel_pos, options));
  proj_ = register_module("proj", Linear(width, width, options));
}

at::Tensor RelPosAttention::forward(const at::Tensor& x,
                                    const at::Tensor& rope) {
  return proj_->forward(
      FusedAttention(qkv_->forward(x), heads_, rope, rel_pos_->forward()));
}

}  // namespace clip::model::timm
