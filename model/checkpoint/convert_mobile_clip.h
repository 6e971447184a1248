#ifndef MODEL_CHECKPOINT_CONVERT_MOBILE_CLIP_H_
#define MODEL_CHECKPOINT_CONVERT_MOBILE_CLIP_H_

#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// Whether the keys are those of Apple's own MobileCLIP code.
bool IsMobileClip(const StateDict& state_dict);

// Apple's MobileCLIP S1, S2 (FastViT) and B (ViT with a convolutional stem) ->
// open_clip's CustomTextCLIP with timm's trunk of the same kind. The image
// projection becomes the trunk's classifier, with a bias of zero. See
// ConvertStateDict.
absl::StatusOr<StateDict> ConvertMobileClip(const StateDict& source);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_CONVERT_MOBILE_CLIP_H_
