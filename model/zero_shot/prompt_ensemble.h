#ifndef MODEL_ZERO_SHOT_PROMPT_ENSEMBLE_H_
#define MODEL_ZERO_SHOT_PROMPT_ENSEMBLE_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace clip::model {

// The arithmetic of open_clip's build_zero_shot_classifier: each prompt's
// embedding is normalized, those of a label are averaged over the templates,
// and the average is divided by its norm. Sums run in double precision.
//
// Holds labels x embed_dim doubles, however many templates there are. Used by
// one thread at a time.
class PromptEnsemble {
 public:
  // REQUIRES: all positive.
  PromptEnsemble(size_t labels, size_t templates, size_t embed_dim);

  // Takes the embedding of the next prompt: all templates of the first label,
  // then of the second, and so on. embed_dim values, normalized or not.
  // REQUIRES: fewer than labels x templates have been added.
  void Add(absl::Span<const float> embedding);

  // Prompts that have been added.
  size_t added() const { return added_; }

  // Row-major [labels, embed_dim], each row of unit length; open_clip's weights
  // are its transpose. INVALID_ARGUMENT, naming the label by its index, where
  // an embedding is not finite or a label's embeddings cancel out: open_clip
  // would divide by zero. REQUIRES: all have been added.
  absl::StatusOr<std::vector<float>> Weights() const;

 private:
  const size_t templates_;
  const size_t embed_dim_;
  size_t added_ = 0;
  // Sums over the templates, row-major [labels, embed_dim].
  std::vector<double> sums_;
};

}  // namespace clip::model

#endif  // MODEL_ZERO_SHOT_PROMPT_ENSEMBLE_H_
