#ifndef MODEL_CONFIG_CLIP_CONFIG_H_
#define MODEL_CONFIG_CLIP_CONFIG_H_

#include "model/config/multimodal_config.h"
#include "model/config/text_config.h"
#include "model/config/vision_config.h"

namespace clip::model {

// open_clip's model classes.
enum class ModelClass { kClip, kCustomTextClip, kCoCa };

// The architecture of one CLIP model: open_clip's `model_cfg`, checked. A
// plain value.
struct ClipConfig {
  ModelClass model_class = ModelClass::kClip;
  int embed_dim = 512;
  VisionConfig vision;
  TextConfig text;
  // kCoCa.
  MultimodalConfig multimodal;
  // ln(1 / 0.07); a checkpoint's value replaces it.
  double init_logit_scale = 2.6592600369327779;
  // True where the model adds a bias to its logits (SigLIP).
  bool has_logit_bias = false;
  double init_logit_bias = 0.0;
  // True: logit_scale and logit_bias have the shape [1], not [].
  bool nonscalar_logit_scale = false;
};

}  // namespace clip::model

#endif  // MODEL_CONFIG_CLIP_CONFIG_H_
