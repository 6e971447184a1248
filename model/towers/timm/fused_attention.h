#ifndef MODEL_TOWERS_TIMM_FUSED_ATTENTION_H_
#define MODEL_TOWERS_TIMM_FUSED_ATTENTION_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>

namespace clip::model::timm {

// Self-attention of what one product made of the tokens:
// [N, tokens, 3 width] -> [N, tokens, width]. Where `rope` is defined, it turns
// queries and keys (see RotaryEmbeddingCat); where `bias` is, it is added to
// the scores, broadcast to [N, heads, tokens, tokens].
at::Tensor FusedAttention(const at::Tensor& qkv, int64_t heads,
                          const at::Tensor& rope, const at::Tensor& bias = {});

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_FUSED_ATTENTION_H_
