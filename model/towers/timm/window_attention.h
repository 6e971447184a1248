#ifndef MODEL_TOWERS_TIMM_WINDOW_ATTENTION_H_
#define MODEL_TOWERS_TIMM_WINDOW_ATTENTION_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

struct WindowAttentionOptions {
  int64_t width = 128;
  int64_t heads = 4;
  // Tokens of a square window's side.
  int64_t window_size = 7;
};

// Swin's WindowAttention: attention within each window, with a learned bias for
// each distance. Keys: relative_position_bias_table [(2 window_size - 1)^2,
// heads], qkv.*, proj.*.
class WindowAttentionImpl : public torch::nn::Module {
 public:
  WindowAttentionImpl(const WindowAttentionOptions& attention,
                      const ParameterOptions& options);

  // [N * windows, window_size^2, width] -> the same shape. `mask` [windows, 1,
  // window_size^2, window_size^2] is added to the scores; undefined: nothing.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& mask);

 private:
  // [1, heads, window_size^2, window_size^2]
  at::Tensor PositionBias() const;

  WindowAttentionOptions attention_;
  at::Tensor relative_position_bias_table_;
  Linear qkv_ = nullptr;
  Linear proj_ = nullptr;
};
TORCH_MODULE(WindowAttention);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_WINDOW_ATTENTION_H_
