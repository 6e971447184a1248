#ifndef MODEL_CONFIG_VISION_CONFIG_H_
#define MODEL_CONFIG_VISION_CONFIG_H_

#include <array>

#include "model/config/timm_config.h"
#include "model/config/transformer_config.h"

namespace clip::model {

enum class VisionArchitecture { kVisionTransformer, kModifiedResNet, kTimm };

// How a tower makes one vector of its tokens.
enum class VisionPool {
  // The class token.
  kClassToken,
  // The mean of the patch tokens, without the class token.
  kAverage,
};

// open_clip's `vision_cfg`, checked. A plain value; which fields matter
// depends on `architecture`.
struct VisionConfig {
  VisionArchitecture architecture = VisionArchitecture::kVisionTransformer;
  // Pixels.
  int image_width = 224;
  int image_height = 224;

  // VisionTransformer.
  TransformerConfig transformer;
  // Pixels of a square patch.
  int patch_size = 16;
  bool no_ln_pre = false;
  // True: ln_post comes behind the pooling, not before it.
  bool final_ln_after_pool = false;
  VisionPool pool = VisionPool::kClassToken;

  // Attentional pooling (CoCa) in place of `pool`.
  bool attentional_pool = false;
  int attn_pooler_queries = 256;
  int attn_pooler_heads = 8;

  // ModifiedResNet: blocks of its four stages, the channels of its stem and
  // the heads of its attention pooling.
  std::array<int, 4> resnet_layers = {3, 4, 6, 3};
  int resnet_width = 64;
  int resnet_heads = 32;

  // kTimm.
  TimmConfig timm;
};

}  // namespace clip::model

#endif  // MODEL_CONFIG_VISION_CONFIG_H_
