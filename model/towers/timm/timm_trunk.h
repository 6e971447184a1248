#ifndef MODEL_TOWERS_TIMM_TIMM_TRUNK_H_
#define MODEL_TOWERS_TIMM_TIMM_TRUNK_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/config/timm_config.h"
#include "model/towers/layer_group.h"
#include "model/towers/tower_intermediates.h"

namespace clip::model {

// What timm.create_model takes beside the name.
struct TimmTrunkOptions {
  // timm's global_pool: "avg", "token", "map", "" (no pooling); nullopt = the
  // model's own default.
  std::optional<std::string> global_pool;
  // global_pool takes the place of the model's own once that is built (timm's
  // reset_classifier): norms then are where the model's own pooling put them.
  bool pool_is_reset = false;
  // Width of the trunk's own classifier, which then is the projection; 0 =
  // none.
  int64_t num_classes = 0;
  // Pixels.
  int64_t image_height = 224;
  int64_t image_width = 224;
  TimmModelKwargs model_kwargs;
};

// A model of timm: what TimmModel registers as `trunk`, with timm's own
// parameter names.
//
// The forward methods may be called from several threads at once while no one
// changes parameters or mode. They throw as LibTorch does.
class TimmTrunk : public torch::nn::Module {
 public:
  // timm's class name, for example "Eva".
  virtual std::string_view architecture() const = 0;

  // Width of what forward gives: num_classes, or timm's num_features.
  virtual int64_t output_width() const = 0;

  // timm's forward_features and forward_head:
  // [N, 3, H, W] -> [N, output_width]
  virtual at::Tensor forward(const at::Tensor& pixels) = 0;

  // timm's forward_intermediates; `features` went through forward_head.
  virtual TowerIntermediates ForwardIntermediates(
      const at::Tensor& pixels, const TowerIntermediatesOptions& options) = 0;

  // The groups that timm's group_matcher makes, from the input to the output,
  // named "layer.N".
  virtual std::vector<LayerGroup> LayerGroups() const = 0;

  // Recomputes each block in the backward pass.
  virtual void SetGradCheckpointing(bool enable) = 0;

  // timm's no_weight_decay.
  virtual std::set<std::string> NoWeightDecay() const { return {}; }
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_TIMM_TRUNK_H_
