#include "model/zero_shot/prompt_ensemble.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace clip::model {
namespace {

template <typename T>
double NormOf(absl::Span<const T> row) {
  double sum = 0.0;
  for (const T value : row) sum += static_cast<double>(value) * value;
  return std::sqrt(sum);
}

}  // namespace

PromptEnsemble::PromptEnsemble(size_t labels, size_t templates,
                               size_t embed_dim)
    : templates_(templates),
      embed_dim_(embed_dim),
      sums_(labels * embed_dim, 0.0) {}

void PromptEnsemble::Add(absl::Span<const float> embedding) {
  // As torch.nn.functional.normalize, which the model's forward ends with.
  constexpr double kEps = 1e-12;
  const double norm = std::max(NormOf(embedding), kEps);
  double* const sum = sums_.data() + added_ / templates_ * embed_dim_;
  for (size_t i = 0; i < embed_dim_; ++i) sum[i] += embedding[i] / norm;
  ++added_;
}

absl::StatusOr<std::vector<float>> PromptEnsemble::Weights() const {
  // Below this the direction of an average of unit vectors is rounding error.
  constexpr double kSmallest = 1e-6;
  std::vector<float> weights;
  weights.reserve(sums_.size());
  for (size_t start = 0; start < sums_.size(); start += embed_dim_) {
    const absl::Span<const double> sum =
        absl::MakeConstSpan(sums_).subspan(start, embed_dim_);
    // The mean's norm is 1 / templates of this, which cancels below.
    const double norm = NormOf(sum);
    if (!(norm >= kSmallest * static_cast<double>(templates_)) ||
        !std::isfinite(norm)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the prompts of label ", start / embed_dim_,
                       " have no common direction"));
    }
    for (const double value : sum) {
      weights.push_back(static_cast<float>(value / norm));
    }
  }
  return weights;
}

}  // namespace clip::model
