#include "client/cli/probabilities.h"

#include <algorithm>
#include <cmath>

namespace clip::client {

std::vector<float> Softmax(const std::vector<float>& logits) {
  if (logits.empty()) return {};
  // Less the largest, so that no power overflows.
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  std::vector<float> probabilities;
  probabilities.reserve(logits.size());
  for (const float logit : logits) {
    probabilities.push_back(
        static_cast<float>(std::exp(logit - largest) / sum));
  }
  return probabilities;
}

std::vector<float> Sigmoid(const std::vector<float>& logits) {
  std::vector<float> probabilities;
  probabilities.reserve(logits.size());
  for (const float logit : logits) {
    const double value = logit;
    probabilities.push_back(static_cast<float>(1 / (1 + std::exp(-value))));
  }
  return probabilities;
}

}  // namespace clip::client
