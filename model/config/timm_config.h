#ifndef MODEL_CONFIG_TIMM_CONFIG_H_
#define MODEL_CONFIG_TIMM_CONFIG_H_

#include <array>
#include <optional>
#include <string>

#include "model/config/activation.h"

namespace clip::model {

// Where a timm tower's projection is.
enum class TimmProjection {
  // `head.proj`: one linear layer.
  kLinear,
  // `head.mlp`: two linear layers with GELU between.
  kMlp,
  // The trunk's own classifier: timm_proj null or "".
  kTrunk,
  // Nowhere: the trunk's features are the embedding.
  kNone,
};

// open_clip's `timm_model_kwargs`, as far as it is supported: what takes the
// place of the model's own. nullopt leaves that.
struct TimmModelKwargs {
  // Pixels of a square patch.
  std::optional<int> patch_size;
  // Rows and columns that positions are stored for.
  std::optional<std::array<int, 2>> pos_embed_grid_size;
  // Of the blocks and of attention pooling.
  std::optional<Activation> act_layer;
};

// The timm_* keys of open_clip's `vision_cfg`, checked. A plain value.
struct TimmConfig {
  std::string model_name;
  // timm's global_pool. Empty: the trunk's own default where the projection is
  // kLinear or kMlp, else no pooling.
  std::string pool = "avg";
  TimmProjection projection = TimmProjection::kLinear;
  // Of the last layer of kLinear and kMlp.
  bool projection_bias = false;
  TimmModelKwargs model_kwargs;
};

}  // namespace clip::model

#endif  // MODEL_CONFIG_TIMM_CONFIG_H_
