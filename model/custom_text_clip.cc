#include "model/custom_text_clip.h"

namespace clip::model {

CustomTextCLIP::CustomTextCLIP(const ClipConfig& config,
                               const ParameterOptions& options)
    : ContrastiveModel("CustomTextCLIP", config, options) {
  register_module("text", text());
}

}  // namespace clip::model
