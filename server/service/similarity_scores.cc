#include "server/service/similarity_scores.h"

#include <cstddef>

#include "absl/types/span.h"
#include "model/similarity.h"

namespace clip::server {
namespace {

void NormalizeRows(std::vector<float>& rows, size_t embed_dim) {
  for (size_t start = 0; start < rows.size(); start += embed_dim) {
    model::NormalizeRow(absl::MakeSpan(rows).subspan(start, embed_dim));
  }
}

}  // namespace

SimilarityScores ScoreEmbeddings(std::vector<float> images,
                                 std::vector<float> texts,
                                 const model::ModelInfo& info) {
  NormalizeRows(images, info.embed_dim);
  NormalizeRows(texts, info.embed_dim);
  SimilarityScores scores;
  scores.logits = model::SimilarityLogits(images, texts, info.embed_dim,
                                          info.logit_scale, info.logit_bias);
  scores.probabilities = model::SimilarityProbabilities(
      scores.logits, texts.size() / info.embed_dim,
      info.logit_bias.has_value());
  return scores;
}

}  // namespace clip::server
