#include "client/load/answer_check.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace clip::client::load {
namespace {

// 0 where the lengths differ.
double CosineOf(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return 0;
  double product = 0, squares_a = 0, squares_b = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    product += static_cast<double>(a[i]) * b[i];
    squares_a += static_cast<double>(a[i]) * a[i];
    squares_b += static_cast<double>(b[i]) * b[i];
  }
  const double norms = std::sqrt(squares_a * squares_b);
  return norms > 0 ? product / norms : 0;
}

}  // namespace

void AnswerCheck::Learn(CallKind kind, uint64_t id,
                        std::vector<float> embedding) {
  known_[{kind, id}] = std::move(embedding);
}

absl::StatusOr<size_t> AnswerCheck::Check(
    CallKind kind, const std::vector<uint64_t>& ids,
    const std::vector<Embedding>& embeddings) const {
  size_t checked = 0;
  for (size_t i = 0; i < ids.size() && i < embeddings.size(); ++i) {
    const auto known = known_.find({kind, ids[i]});
    if (known == known_.end()) continue;
    ++checked;
    const double cosine = CosineOf(known->second, embeddings[i].values);
    // Not a number is not the known answer either.
    if (!(cosine >= min_cosine_)) {
      return absl::DataLossError(
          absl::StrCat("item ", i, " has a cosine of ", cosine,
                       " with the known answer, less than ", min_cosine_));
    }
  }
  return checked;
}

}  // namespace clip::client::load
