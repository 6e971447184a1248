#ifndef MODEL_TOWERS_TIMM_EVA_ATTENTION_H_
#define MODEL_TOWERS_TIMM_EVA_ATTENTION_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>

#include "model/layers/layer_norm.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/attention_layer.h"

namespace clip::model::timm {

struct EvaAttentionOptions {
  int64_t width = 768;
  int64_t heads = 12;
  // One input projection instead of three.
  bool qkv_fused = true;
  // A norm before the output projection: timm's scale_norm.
  bool scale_norm = false;
  double norm_eps = 1e-6;
};

// timm's EvaAttention: self-attention whose keys have no bias. Keys: qkv.weight
// [3 width, width], q_bias and v_bias [width], or, not fused, q_proj.*,
// k_proj.weight, v_proj.*; norm.* with scale_norm; proj.*.
class EvaAttention : public AttentionLayer {
 public:
  EvaAttention(const EvaAttentionOptions& attention,
               const ParameterOptions& options);

  at::Tensor forward(const at::Tensor& x, const at::Tensor& rope) override;

 private:
  // [N, tokens, width] -> [N, tokens, 3 width]
  at::Tensor ProjectIn(const at::Tensor& x);

  int64_t heads_;
  // Fused, else empty.
  Linear qkv_ = nullptr;
  at::Tensor q_bias_;
  at::Tensor v_bias_;
  // Not fused, else empty.
  Linear q_proj_ = nullptr;
  Linear k_proj_ = nullptr;
  Linear v_proj_ = nullptr;
  // Empty without scale_norm.
  LayerNorm norm_ = nullptr;
  Linear proj_ = nullptr;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_EVA_ATTENTION_H_
