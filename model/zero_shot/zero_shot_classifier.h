#ifndef MODEL_ZERO_SHOT_ZERO_SHOT_CLASSIFIER_H_
#define MODEL_ZERO_SHOT_ZERO_SHOT_CLASSIFIER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/encoder.h"
#include "model/tokenizer/tokenizer.h"

namespace clip::model {

// open_clip's build_zero_shot_classifier: the weights of a classifier made of
// label names. Row-major [labels, embed_dim], of unit length; open_clip's own
// are the transpose. Scores of a picture are logit_scale * (picture . row);
// open_clip's evaluation has 100 in place of the model's logit_scale.
//
// `templates` hold "{}" or "{c}" for the label; each label is the average over
// all of them. At most `batch_size` prompts are encoded at a time.
//
// INVALID_ARGUMENT: no label, no template, a template without placeholder or a
// label that is not UTF-8, naming it by index; a batch_size of 0. Errors of the
// encoder as they are.
absl::StatusOr<std::vector<float>> BuildZeroShotClassifier(
    Encoder& encoder, const Tokenizer& tokenizer,
    absl::Span<const std::string> labels,
    absl::Span<const std::string_view> templates, size_t batch_size = 64);

}  // namespace clip::model

#endif  // MODEL_ZERO_SHOT_ZERO_SHOT_CLASSIFIER_H_
