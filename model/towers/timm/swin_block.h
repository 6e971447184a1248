#ifndef MODEL_TOWERS_TIMM_SWIN_BLOCK_H_
#define MODEL_TOWERS_TIMM_SWIN_BLOCK_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "model/layers/layer_norm.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/mlp.h"
#include "model/towers/timm/window_attention.h"

namespace clip::model {

// timm's SwinTransformerBlock: pre-norm attention within windows, and an MLP.
// Keys: norm1.*, attn.*, norm2.*, mlp.*.
class SwinBlockImpl : public torch::nn::Module {
 public:
  // `shift` moves the windows by half of their side.
  SwinBlockImpl(const WindowAttentionOptions& attention, bool shift,
                const ParameterOptions& options);

  bool shifts() const { return shift_ > 0; }

  // [N, H, W, width] -> the same shape. `mask` as ShiftMask gives it for a
  // block that shifts, else undefined.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& mask);

 private:
  at::Tensor Attend(const at::Tensor& x, const at::Tensor& mask);

  int64_t window_size_;
  int64_t shift_;
  LayerNorm norm1_ = nullptr;
  WindowAttention attn_ = nullptr;
  LayerNorm norm2_ = nullptr;
  std::shared_ptr<timm::Mlp> mlp_;
};
TORCH_MODULE(SwinBlock);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_SWIN_BLOCK_H_
