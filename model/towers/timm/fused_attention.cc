#include "model/towers/timm/fused_attention.h"

#include <ATen/ops/scaled_dot_product_attention.h>

#include <optional>

#include "model/towers/timm/rotary_embedding_cat.h"

namespace clip::model::timm {

at::Tensor FusedAttention(const at::Tensor& qkv, int64_t heads,
                          const at::Tensor& rope, const at::Tensor& bias) {
  const int64_t width = qkv.size(2) / 3;
  const at::Tensor split =
      qkv.view({qkv.size(0), qkv.size(1), 3, heads, width / heads});
  at::Tensor queries_keys = split.narrow(2, 0, 2);
  if (rope.defined()) queries_keys = Rotate(queries_keys, rope);
  // Each [N, heads, tokens, head width].
  const at::Tensor query = queries_keys.select(2, 0).transpose(1, 2);
  const at::Tensor key = queries_keys.select(2, 1).transpose(1, 2);
  const at::Tensor value = split.select(2, 2).transpose(1, 2);
  std::optional<at::Tensor> mask;
  if (bias.defined()) mask = bias.to(qkv.scalar_type());
  return at::scaled_dot_product_attention(query, key, value, mask)
      .transpose(1, 2)
      .flatten(2);
}

}  // namespace clip::model::timm
