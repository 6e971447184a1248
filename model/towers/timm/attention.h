#ifndef MODEL_TOWERS_TIMM_ATTENTION_H_
#define MODEL_TOWERS_TIMM_ATTENTION_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>

#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/attention_layer.h"

namespace clip::model::timm {

// timm's Attention and AttentionRope: self-attention with the three input
// projections as one product. Keys: qkv.weight [3 width, width], with qkv_bias
// qkv.bias, proj.*.
class Attention : public AttentionLayer {
 public:
  Attention(int64_t width, int64_t heads, bool qkv_bias,
            const ParameterOptions& options);

  at::Tensor forward(const at::Tensor& x, const at::Tensor& rope) override;

 private:
  int64_t heads_;
  Linear qkv_ = nullptr;
  Linear proj_ = nullptr;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_ATTENTION_H_
