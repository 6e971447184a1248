#ifndef SERVER_SERVICE_SIMILARITY_SCORES_H_
#define SERVER_SERVICE_SIMILARITY_SCORES_H_

#include <vector>

#include "model/encoder.h"

namespace clip::server {

// Every picture against every text, row-major [images, texts].
struct SimilarityScores {
  std::vector<float> logits;
  std::vector<float> probabilities;
};

// Scores embeddings, row-major [n, embed_dim] and not yet normalized, with the
// model's own logit scale and bias: the numbers of every method that scores. A
// pure function. REQUIRES: at least one row of each.
SimilarityScores ScoreEmbeddings(std::vector<float> images,
                                 std::vector<float> texts,
                                 const model::ModelInfo& info);

}  // namespace clip::server

#endif  // SERVER_SERVICE_SIMILARITY_SCORES_H_
