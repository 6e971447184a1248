#ifndef MODEL_CHECKPOINT_CONVERT_HF_SIGLIP_H_
#define MODEL_CHECKPOINT_CONVERT_HF_SIGLIP_H_

#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// Whether the keys are those of transformers' SiglipModel.
bool IsHfSiglip(const StateDict& state_dict);

// SiglipModel -> open_clip's CustomTextCLIP with a timm vit_*_siglip_* trunk:
// q, k and v become one projection in each layer, and the pooling head's one
// becomes its q and kv. See ConvertStateDict.
absl::StatusOr<StateDict> ConvertHfSiglip(const StateDict& source);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_CONVERT_HF_SIGLIP_H_
