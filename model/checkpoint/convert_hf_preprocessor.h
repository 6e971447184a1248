#ifndef MODEL_CHECKPOINT_CONVERT_HF_PREPROCESSOR_H_
#define MODEL_CHECKPOINT_CONVERT_HF_PREPROCESSOR_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace clip::model {

// `hub_config_json`, an open_clip_config.json, with the preprocessing that a
// Hugging Face folder's preprocessor_config.json describes, or its newer
// processor_config.json below `image_processor`: mean, std, resample, and the
// way to the model's size (shortest_edge and a centre crop, or height and
// width). What is absent stays as it was.
//
// Errors: INVALID_ARGUMENT, naming the key, for malformed JSON and for what
// open_clip's preprocessing cannot do.
absl::StatusOr<std::string> ApplyHfPreprocessor(
    const std::string& hub_config_json, std::string_view preprocessor_json);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_CONVERT_HF_PREPROCESSOR_H_
