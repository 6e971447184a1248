#ifndef MODEL_CHECKPOINT_CONVERT_HF_CLIP_H_
#define MODEL_CHECKPOINT_CONVERT_HF_CLIP_H_

#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// Whether the keys are those of transformers' CLIPModel.
bool IsHfClip(const StateDict& state_dict);

// CLIPModel -> open_clip's CLIP: q, k and v become one in_proj, the two
// projections are transposed, and position ids, which older versions store,
// are dropped. See ConvertStateDict.
absl::StatusOr<StateDict> ConvertHfClip(const StateDict& source);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_CONVERT_HF_CLIP_H_
