#include "model/towers/timm/swin_block.h"

#include "model/towers/timm/windows.h"

namespace clip::model {

SwinBlockImpl::SwinBlockImpl(const WindowAttentionOptions& attention,
                             bool shift, const ParameterOptions& options)
    : window_size_(attention.window_size),
      shift_(shift ? attention.window_size / 2 : 0) {
  constexpr double kEps = 1e-5;
  const int64_t width = attention.width;
  norm1_ = register_module("norm1", LayerNorm(width, kEps, options));
  attn_ = register_module("attn", WindowAttention(attention, options));
  norm2_ = register_module("norm2", LayerNorm(width, kEps, options));
  timm::MlpOptions mlp;
  mlp.width = width;
  mlp.hidden_width = 4 * width;
  mlp_ = register_module("mlp", std::make_shared<timm::Mlp>(mlp, options));
}

at::Tensor SwinBlockImpl::forward(const at::Tensor& x, const at::Tensor& mask) {
  const at::Tensor y = x + Attend(norm1_->forward(x), mask);
  return y + mlp_->forward(norm2_->forward(y));
}

at::Tensor SwinBlockImpl::Attend(const at::Tensor& x, const at::Tensor& mask) {
  const at::Tensor shifted =
      shift_ > 0 ? x.roll({-shift_, -shift_}, {1, 2}) : x;
  const at::Tensor windows =
      attn_->forward(SplitWindows(shifted, window_size_), mask);
  const at::Tensor y = JoinWindows(windows, x.sizes(), window_size_);
  return shift_ > 0 ? y.roll({shift_, shift_}, {1, 2}) : y;
}

}  // namespace clip::model
