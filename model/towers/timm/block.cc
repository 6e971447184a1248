#include "model/towers/timm/block.h"

#include <utility>

namespace clip::model::timm {

BlockImpl::BlockImpl(const BlockOptions& block,
                     std::shared_ptr<AttentionLayer> attention,
                     std::shared_ptr<MlpLayer> mlp,
                     const ParameterOptions& options)
    : post_norm_(block.post_norm) {
  const int64_t width = block.width;
  norm1_ = register_module("norm1", LayerNorm(width, block.norm_eps, options));
  attn_ = register_module("attn", std::move(attention));
  norm2_ = register_module("norm2", LayerNorm(width, block.norm_eps, options));
  mlp_ = register_module("mlp", std::move(mlp));
  if (!block.layer_scale) return;
  constexpr double kInitValue = 1e-6;
  ls1_ = register_module("ls1", LayerScale(width, kInitValue, options));
  ls2_ = register_module("ls2", LayerScale(width, kInitValue, options));
}

at::Tensor BlockImpl::forward(const at::Tensor& x, const at::Tensor& rope) {
  if (post_norm_) {
    const at::Tensor middle = x + norm1_->forward(attn_->forward(x, rope));
    return middle + norm2_->forward(mlp_->forward(middle));
  }
  at::Tensor attended = attn_->forward(norm1_->forward(x), rope);
  if (!ls1_.is_empty()) attended = ls1_->forward(attended);
  const at::Tensor middle = x + attended;
  at::Tensor mixed = mlp_->forward(norm2_->forward(middle));
  if (!ls2_.is_empty()) mixed = ls2_->forward(mixed);
  return middle + mixed;
}

}  // namespace clip::model::timm
