#include "model/towers/timm/fused_attention.h"

#include "model/layers/attend.h"
#include "model/towers/timm/rotary_embedding_cat.h"

namespace clip::model::timm {

at::Tensor FusedAttention(const at::Tensor& qkv, int64_t heads,
                          const at::Tensor& rope, const at::Tensor& bias) {
  const int64_t width = qkv.size(2) / 3;
  const at::Tensor split =
      qkv.view({qkv.size(0), qkv.size(1), 3, heads, width / heads});
  at::Tensor queries_keys = split.narrow(2, 0, 2);
  if (rope.defined()) queries_keys = Rotate(queries_keys, rope);
  AttendInputs inputs;
  inputs.query = queries_keys.select(2, 0);
  inputs.key = queries_keys.select(2, 1);
  inputs.value = split.select(2, 2);
  inputs.bias = bias;
  return Attend(inputs);
}

}  // namespace clip::model::timm
