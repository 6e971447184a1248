#ifndef MODEL_CLIP_H_
#define MODEL_CLIP_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <memory>
#include <string>

#include "model/config/clip_config.h"
#include "model/layers/parameter_options.h"
#include "model/towers/text_tower.h"
#include "model/towers/vision_tower.h"

namespace clip::model {

// open_clip's CLIP: an image tower and a text tower with one embedding space.
// Keys: visual.*, the text tower's own keys at the root (CustomTextCLIP has
// them below `text.`), logit_scale and, where the model has one, logit_bias.
//
// The encoding methods may be called from several threads at once while no
// one changes parameters or mode. They throw as LibTorch does.
class CLIP : public torch::nn::Module {
 public:
  // Parameters come uninitialized.
  CLIP(const ClipConfig& config, const ParameterOptions& options);

  // For example "CLIP(VisionTransformer, TextTransformer)".
  std::string architecture() const;

  // [N, 3, H, W] -> [N, embed_dim]
  at::Tensor EncodeImage(const at::Tensor& pixels, bool normalize = false);

  // [N, L] int64 -> [N, embed_dim]
  at::Tensor EncodeText(const at::Tensor& ids, bool normalize = false);

  // exp(logit_scale) * images . texts + logit_bias: [images, texts]
  at::Tensor GetLogits(const at::Tensor& pixels, const at::Tensor& ids);

  // The parameters themselves; logit_bias is undefined where there is none.
  const at::Tensor& logit_scale() const { return logit_scale_; }
  const at::Tensor& logit_bias() const { return logit_bias_; }

 private:
  std::shared_ptr<VisionTower> visual_;
  // Not registered itself: its children and parameters are, at the root.
  std::shared_ptr<TextTower> text_;
  at::Tensor logit_scale_;
  at::Tensor logit_bias_;
};

}  // namespace clip::model

#endif  // MODEL_CLIP_H_
