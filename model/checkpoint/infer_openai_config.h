#ifndef MODEL_CHECKPOINT_INFER_OPENAI_CONFIG_H_
#define MODEL_CHECKPOINT_INFER_OPENAI_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// The text of the open_clip_config.json that fits one of OpenAI's own CLIPs,
// told from the shapes of its tensors as open_clip 3.3.0's
// build_model_from_openai_state_dict does: a ResNet where there is no
// visual.proj, heads of 64 channels, QuickGELU, OpenAI's preprocessing.
//
// Errors: INVALID_ARGUMENT, naming the key, where a tensor is missing or has
// another number of dimensions, or its grid is not square.
absl::StatusOr<std::string> InferOpenAiConfig(const StateDict& state_dict);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_INFER_OPENAI_CONFIG_H_
