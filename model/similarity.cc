#include "model/similarity.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace clip::model {
namespace {

double Dot(absl::Span<const float> a, absl::Span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0,
                            std::plus<double>(),
                            [](double x, double y) { return x * y; });
}

float Sigmoid(float logit) {
  // The exponent is never positive, so that it cannot overflow.
  const double decay = std::exp(-std::abs(static_cast<double>(logit)));
  return static_cast<float>((logit >= 0 ? 1.0 : decay) / (1.0 + decay));
}

void SoftmaxRow(absl::Span<const float> logits, absl::Span<float> row) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0.0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  for (size_t i = 0; i < row.size(); ++i) {
    row[i] = static_cast<float>(std::exp(logits[i] - largest) / sum);
  }
}

}  // namespace

void NormalizeRow(absl::Span<float> row) {
  constexpr double kEps = 1e-12;
  const double length = std::max(std::sqrt(Dot(row, row)), kEps);
  for (float& value : row) value = static_cast<float>(value / length);
}

std::vector<float> SimilarityLogits(absl::Span<const float> images,
                                    absl::Span<const float> texts,
                                    size_t embed_dim, float logit_scale,
                                    std::optional<float> logit_bias) {
  std::vector<float> logits;
  logits.reserve((images.size() / embed_dim) * (texts.size() / embed_dim));
  for (size_t i = 0; i < images.size(); i += embed_dim) {
    for (size_t j = 0; j < texts.size(); j += embed_dim) {
      const double cosine =
          Dot(images.subspan(i, embed_dim), texts.subspan(j, embed_dim));
      logits.push_back(
          static_cast<float>(logit_scale * cosine + logit_bias.value_or(0.0F)));
    }
  }
  return logits;
}

std::vector<float> SimilarityProbabilities(absl::Span<const float> logits,
                                           size_t columns,
                                           bool has_logit_bias) {
  std::vector<float> probabilities(logits.size());
  if (has_logit_bias) {
    std::transform(logits.begin(), logits.end(), probabilities.begin(),
                   Sigmoid);
    return probabilities;
  }
  for (size_t start = 0; start < logits.size(); start += columns) {
    SoftmaxRow(logits.subspan(start, columns),
               absl::MakeSpan(probabilities).subspan(start, columns));
  }
  return probabilities;
}

}  // namespace clip::model
