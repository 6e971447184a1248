#ifndef MODEL_CONFIG_TRANSFORMER_CONFIG_H_
#define MODEL_CONFIG_TRANSFORMER_CONFIG_H_

#include <optional>

#include "model/config/activation.h"

namespace clip::model {

// A stack of residual attention blocks; the part that image and text towers
// have in common. A plain value.
struct TransformerConfig {
  int width = 768;
  int layers = 12;
  // Divides width.
  int heads = 12;
  // Width of the MLP's hidden layer: open_clip's int(width * mlp_ratio).
  int mlp_width = 3072;
  // Initial value of LayerScale; nullopt = no LayerScale. A checkpoint's
  // values replace it.
  std::optional<double> ls_init_value;
  Activation activation = Activation::kGelu;
  // Of every LayerNorm in the tower.
  double norm_eps = 1e-5;
};

}  // namespace clip::model

#endif  // MODEL_CONFIG_TRANSFORMER_CONFIG_H_
