#ifndef MODEL_LAYERS_ATTENTION_POOL2D_H_
#define MODEL_LAYERS_ATTENTION_POOL2D_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

struct AttentionPool2dOptions {
  // Cells of one side of the square feature map.
  int64_t grid = 7;
  // Channels of the feature map; a multiple of heads.
  int64_t width = 2048;
  int64_t heads = 32;
  int64_t output_width = 1024;
};

// ModifiedResNet's pooling: the mean of a feature map attends to the map and
// to itself. Keys: positional_embedding [grid^2 + 1, width], q_proj.*,
// k_proj.*, v_proj.*, c_proj.*.
class AttentionPool2dImpl : public torch::nn::Module {
 public:
  AttentionPool2dImpl(const AttentionPool2dOptions& pool,
                      const ParameterOptions& options);

  // [N, width, grid, grid] -> [N, output_width]
  at::Tensor forward(const at::Tensor& x);

 private:
  // [N, L, width] -> [N, heads, L, width / heads]
  at::Tensor SplitHeads(const at::Tensor& x) const;

  int64_t heads_;
  at::Tensor positional_embedding_;
  Linear q_proj_ = nullptr;
  Linear k_proj_ = nullptr;
  Linear v_proj_ = nullptr;
  Linear c_proj_ = nullptr;
};
TORCH_MODULE(AttentionPool2d);

}  // namespace clip::model

#endif  // MODEL_LAYERS_ATTENTION_POOL2D_H_
