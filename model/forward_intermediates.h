#ifndef MODEL_FORWARD_INTERMEDIATES_H_
#define MODEL_FORWARD_INTERMEDIATES_H_

#include <ATen/core/TensorBody.h>

#include <vector>

#include "model/towers/tower_intermediates.h"

namespace clip::model {

// The arguments of open_clip's forward_intermediates.
struct ForwardIntermediatesOptions {
  IntermediateIndices image_indices;
  IntermediateIndices text_indices;
  // Run no block behind the last one asked for.
  bool stop_early = false;
  // Normalize the features to length 1.
  bool normalize = true;
  // Apply a tower's final norm to its intermediates.
  bool normalize_intermediates = false;
  // No features and no logits.
  bool intermediates_only = false;
  TowerIntermediatesOptions::Format image_output_format =
      TowerIntermediatesOptions::Format::kNchw;
  bool image_output_extra_tokens = false;
  bool text_output_extra_tokens = false;
  // Needs an image and a text, and normalize for logits that mean anything.
  bool output_logits = false;
  bool output_logit_scale_bias = false;
};

// Its result, by open_clip's names. What was not asked for is empty or
// undefined.
struct IntermediatesOutput {
  std::vector<at::Tensor> image_intermediates;
  std::vector<at::Tensor> image_intermediates_prefix;
  at::Tensor image_features;
  std::vector<at::Tensor> text_intermediates;
  std::vector<at::Tensor> text_intermediates_suffix;
  at::Tensor text_features;
  at::Tensor image_logits;
  at::Tensor text_logits;
  at::Tensor logit_scale;
  at::Tensor logit_bias;
};

}  // namespace clip::model

#endif  // MODEL_FORWARD_INTERMEDIATES_H_
