#ifndef MODEL_SIMILARITY_H_
#define MODEL_SIMILARITY_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace clip::model {

// What CLIP computes of embeddings once it has them. Pure functions; sums run
// in double precision.

// Scales a row to unit length. A row shorter than 1e-12 is divided by 1e-12
// instead, as torch.nn.functional.normalize does, so that zero stays zero.
void NormalizeRow(absl::Span<float> row);

// logit_scale * image . text + logit_bias for every pair: row-major [images,
// texts]. `images` and `texts` are row-major [n, embed_dim], normalized;
// `logit_scale` is the factor itself.
std::vector<float> SimilarityLogits(absl::Span<const float> images,
                                    absl::Span<const float> texts,
                                    size_t embed_dim, float logit_scale,
                                    std::optional<float> logit_bias);

// The probabilities of row-major [images, columns] logits: a softmax over the
// texts of each image, or with a logit bias, where every pair was trained on
// its own, a sigmoid of each logit. Finite for any finite logits.
std::vector<float> SimilarityProbabilities(absl::Span<const float> logits,
                                           size_t columns, bool has_logit_bias);

}  // namespace clip::model

#endif  // MODEL_SIMILARITY_H_
