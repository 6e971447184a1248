#ifndef MODEL_CONTRASTIVE_MODEL_H_
#define MODEL_CONTRASTIVE_MODEL_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "model/config/clip_config.h"
#include "model/forward_intermediates.h"
#include "model/layers/parameter_options.h"
#include "model/model_output.h"
#include "model/towers/text_tower.h"
#include "model/towers/vision_tower.h"

namespace clip::model {

// Logits of images and texts against each other.
struct PairLogits {
  // [images, texts]
  at::Tensor image_logits;
  // [texts, images]
  at::Tensor text_logits;
};

// What open_clip's CLIP, CustomTextCLIP and CoCa have in common: an image
// tower and a text tower with one embedding space. The classes differ in the
// names of the text tower's keys, and in what they add. Common keys: visual.*,
// logit_scale and, where the model has one, logit_bias; [] or [1] float32.
//
// The methods that compute may be called from several threads at once while no
// one changes parameters or mode. All methods throw as LibTorch does.
class ContrastiveModel : public torch::nn::Module {
 public:
  // For example "CLIP(VisionTransformer, TextTransformer)".
  std::string architecture() const;

  // [N, 3, H, W] -> [N, embed_dim]
  at::Tensor EncodeImage(const at::Tensor& pixels, bool normalize = false);

  // [N, L] int64 -> [N, embed_dim]
  at::Tensor EncodeText(const at::Tensor& ids, bool normalize = false);

  // open_clip's get_logits: exp(logit_scale) * images . texts + logit_bias,
  // and its transpose.
  PairLogits GetLogits(const at::Tensor& pixels, const at::Tensor& ids);

  // open_clip's forward: normalized features of what is given; an undefined
  // input has undefined features.
  virtual ModelOutput forward(const at::Tensor& pixels, const at::Tensor& ids);

  // open_clip's forward_intermediates; an undefined input is left out.
  IntermediatesOutput ForwardIntermediates(
      const at::Tensor& pixels, const at::Tensor& ids,
      const ForwardIntermediatesOptions& options);

  // open_clip's lock_image_tower: freezes the tower but for its last groups
  // (see VisionTower::LayerGroups). With `freeze_bn_stats` frozen batch norms
  // keep their statistics.
  void LockImageTower(int64_t unlocked_groups = 0,
                      bool freeze_bn_stats = false);

  // open_clip's lock_text_tower. Only a Hugging Face tower can keep its layer
  // norms training (`freeze_layer_norm` false).
  void LockTextTower(int64_t unlocked_layers = 0,
                     bool freeze_layer_norm = true);

  // open_clip's set_grad_checkpointing: less memory, more time in training.
  virtual void SetGradCheckpointing(bool enable = true);

  // Names of parameters with several dimensions that weight decay must spare.
  virtual std::set<std::string> NoWeightDecay() const;

  VisionTower& visual() { return *visual_; }
  TextTower& text_tower() { return *text_; }
  int64_t embed_dim() const { return embed_dim_; }
  int64_t context_length() const { return text_->context_length(); }
  int64_t vocab_size() const { return text_->vocab_size(); }

  // The parameters themselves; logit_bias is undefined where there is none.
  const at::Tensor& logit_scale() const { return logit_scale_; }
  const at::Tensor& logit_bias() const { return logit_bias_; }

 protected:
  // Parameters come uninitialized but for logit_scale and logit_bias. `name`
  // is open_clip's class name.
  ContrastiveModel(std::string_view name, const ClipConfig& config,
                   const ParameterOptions& options);

  // Prefix of the text tower's keys: "" or "text.".
  virtual std::string_view text_prefix() const = 0;

 private:
  const std::string name_;
  const int64_t embed_dim_;
  std::shared_ptr<VisionTower> visual_;
  // Registered by the derived class.
  std::shared_ptr<TextTower> text_;
  at::Tensor logit_scale_;
  at::Tensor logit_bias_;

 protected:
  const std::shared_ptr<TextTower>& text() const { return text_; }
};

// torch.nn.functional.normalize of the last dimension.
at::Tensor NormalizeFeatures(const at::Tensor& features);

}  // namespace clip::model

#endif  // MODEL_CONTRASTIVE_MODEL_H_
