#ifndef MODEL_TOWERS_HF_MULTI_HEAD_ATTENTION_H_
#define MODEL_TOWERS_HF_MULTI_HEAD_ATTENTION_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <optional>

namespace clip::model {

// Projected tokens, [N, L, heads * head width] each.
struct QueryKeyValue {
  at::Tensor query;
  at::Tensor key;
  at::Tensor value;
};

// [N, L, heads * head width] -> [N, heads, L, head width]
at::Tensor SplitHeads(const at::Tensor& x, int64_t heads);

// Softmax attention of heads [N, heads, L, head width] -> [N, L, heads * head
// width]. `mask` is broadcast to [N, heads, L, L]: bool, true where a query may
// see a key, or added to the scores. The scale is 1 / sqrt(head width) unless
// one is given.
at::Tensor AttendHeads(const QueryKeyValue& heads, const at::Tensor& mask,
                       std::optional<double> scale = std::nullopt);

// SplitHeads and AttendHeads.
at::Tensor MultiHeadAttention(const QueryKeyValue& tokens, int64_t heads,
                              const at::Tensor& mask,
                              std::optional<double> scale = std::nullopt);

// Lets every query see the tokens and no padding: [N, L] -> [N, 1, 1, L] bool.
at::Tensor PaddingMask(const at::Tensor& is_token);

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_MULTI_HEAD_ATTENTION_H_
