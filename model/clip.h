#ifndef MODEL_CLIP_H_
#define MODEL_CLIP_H_

#include <ATen/core/TensorBody.h>

#include <memory>
#include <string_view>

#include "model/config/clip_config.h"
#include "model/contrastive_model.h"
#include "model/layers/parameter_options.h"
#include "model/towers/text_transformer.h"

namespace clip::model {

// open_clip's CLIP: its text tower is the native TextTransformer, whose keys
// are at the root. See ContrastiveModel for what it computes.
class CLIP : public ContrastiveModel {
 public:
  // Parameters come uninitialized. Throws c10::Error where the text config is
  // not that of a native text transformer without a class token.
  CLIP(const ClipConfig& config, const ParameterOptions& options);

  // open_clip's attributes of the text tower.
  Transformer transformer() const { return native_text_->transformer(); }
  Embedding token_embedding() const { return native_text_->token_embedding(); }
  const at::Tensor& positional_embedding() const {
    return native_text_->positional_embedding();
  }
  LayerNorm ln_final() const { return native_text_->ln_final(); }
  at::Tensor text_projection() const { return native_text_->text_projection(); }

 protected:
  std::string_view text_prefix() const override { return ""; }

 private:
  // Not registered itself: its children and parameters are, at the root.
  std::shared_ptr<TextTransformer> native_text_;
};

}  // namespace clip::model

#endif  // MODEL_CLIP_H_
