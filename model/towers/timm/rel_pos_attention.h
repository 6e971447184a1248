#ifndef MODEL_TOWERS_TIMM_REL_POS_ATTENTION_H_
#define MODEL_TOWERS_TIMM_REL_POS_ATTENTION_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>

#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/attention_layer.h"
#include "model/towers/timm/rel_pos_mlp.h"

namespace clip::model::timm {

// timm's RelPosAttention: self-attention with a bias by distance. Keys:
// qkv.weight [3 width, width], with qkv_bias qkv.bias, rel_pos.*, proj.*.
class RelPosAttention : public AttentionLayer {
 public:
  // The heads are those of `rel_pos`.
  RelPosAttention(int64_t width, bool qkv_bias, const RelPosMlpOptions& rel_pos,
                  const ParameterOptions& options);

  at::Tensor forward(const at::Tensor& x, const at::Tensor& rope) override;

 private:
  int64_t heads_;
  Linear qkv_ = nullptr;
  RelPosMlp rel_pos_ = nullptr;
  Linear proj_ = nullptr;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_REL_POS_ATTENTION_H_
