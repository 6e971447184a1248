#ifndef MODEL_CHECKPOINT_CONVERT_HF_CONFIG_H_
#define MODEL_CHECKPOINT_CONVERT_HF_CONFIG_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace clip::model {

// The text of the open_clip_config.json that means the same as a Hugging Face
// folder's config.json of model_type clip or siglip. ConvertStateDict does the
// same for the weights.
//
// Hidden sizes, layers, heads, activations, epsilons, the rule for the end of
// text (CLIPModel's eos_token_id) and projection_dim are carried over; a key
// that is absent has the default of its class in transformers. A SiglipModel's
// image tower must be one of timm's vit_*_siglip_*.
//
// Errors: INVALID_ARGUMENT, naming the key, for JSON that is malformed, another
// model_type (siglip2 among them: its image tower takes pictures of any shape,
// which is not supported) and what open_clip has no counterpart of.
absl::StatusOr<std::string> ConvertHfConfig(std::string_view config_json);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_CONVERT_HF_CONFIG_H_
