#ifndef MODEL_CUSTOM_TEXT_CLIP_H_
#define MODEL_CUSTOM_TEXT_CLIP_H_

#include <string_view>

#include "model/config/clip_config.h"
#include "model/contrastive_model.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// open_clip's CustomTextCLIP: any text tower, whose keys are below `text.`.
// See ContrastiveModel for what it computes.
class CustomTextCLIP : public ContrastiveModel {
 public:
  // Parameters come uninitialized.
  CustomTextCLIP(const ClipConfig& config, const ParameterOptions& options);

 protected:
  std::string_view text_prefix() const override { return "text."; }
};

}  // namespace clip::model

#endif  // MODEL_CUSTOM_TEXT_CLIP_H_
