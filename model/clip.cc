#include "model/clip.h"

#include <c10/util/Exception.h>

namespace clip::model {

CLIP::CLIP(const ClipConfig& config, const ParameterOptions& options)
    : ContrastiveModel("CLIP", config, options),
      native_text_(std::dynamic_pointer_cast<TextTransformer>(text())) {
  TORCH_CHECK(native_text_ != nullptr && !config.text.embed_cls,
              "this text tower needs CustomTextCLIP or CoCa");
  for (const auto& child : native_text_->named_children()) {
    register_module(child.key(), child.value());
  }
  for (const auto& item : native_text_->named_parameters(/*recurse=*/false)) {
    register_parameter(item.key(), item.value());
  }
}

}  // namespace clip::model
