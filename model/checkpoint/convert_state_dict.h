#ifndef MODEL_CHECKPOINT_CONVERT_STATE_DICT_H_
#define MODEL_CHECKPOINT_CONVERT_STATE_DICT_H_

#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// A checkpoint of another project under open_clip's names, as open_clip's
// convert_state_dict does; which project, its keys say:
//   Hugging Face CLIPModel    -> CLIP
//   Hugging Face SiglipModel  -> CustomTextCLIP with a timm trunk
//   Apple's MobileCLIP        -> CustomTextCLIP with a timm trunk
// Any other one comes back as it is. A key that has no counterpart keeps its
// name, so that the comparison with the model shows it.
//
// The result points into the memory of `source` and of itself. Errors:
// INVALID_ARGUMENT, naming the key, where tensors that belong together do not
// fit each other.
absl::StatusOr<StateDict> ConvertStateDict(const StateDict& source);

// CLIP's text tower below `text.`, where CustomTextCLIP has it: open_clip's
// convert_to_custom_text_state_dict. Changes nothing where there is no
// text_projection at the root.
StateDict ConvertToCustomText(const StateDict& source);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_CONVERT_STATE_DICT_H_
