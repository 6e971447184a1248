#include "model/towers/hf/multi_head_attention.h"

#include <ATen/ops/scaled_dot_product_attention.h>

namespace clip::model {

at::Tensor SplitHeads(const at::Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, -1}).transpose(1, 2);
}

at::Tensor AttendHeads(const QueryKeyValue& heads, const at::Tensor& mask,
                       std::optional<double> scale) {
  return at::scaled_dot_product_attention(heads.query, heads.key, heads.value,
                                          mask, /*dropout_p=*/0.0,
                                          /*is_causal=*/false, scale)
      .transpose(1, 2)
      .flatten(2);
}

at::Tensor MultiHeadAttention(const QueryKeyValue& tokens, int64_t heads,
                              const at::Tensor& mask,
                              std::optional<double> scale) {
  return AttendHeads(
      {SplitHeads(tokens.query, heads), SplitHeads(tokens.key, heads),
       SplitHeads(tokens.value, heads)},
      mask, scale);
}

at::Tensor PaddingMask(const at::Tensor& is_token) {
  return is_token.unsqueeze(1).unsqueeze(1);
}

}  // namespace clip::model
