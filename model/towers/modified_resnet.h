#ifndef MODEL_TOWERS_MODIFIED_RESNET_H_
#define MODEL_TOWERS_MODIFIED_RESNET_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "model/config/vision_config.h"
#include "model/layers/attention_pool2d.h"
#include "model/layers/bottleneck.h"
#include "model/layers/inference_layer.h"
#include "model/layers/normed_conv2d.h"
#include "model/layers/parameter_options.h"
#include "model/towers/vision_tower.h"

namespace clip::model {

// open_clip's ModifiedResNet (RN50 and its family). Keys: conv1..3.*,
// bn1..3.*, layer1..4.N.*, attnpool.*.
class ModifiedResNet : public VisionTower, public InferenceLayer {
 public:
  ModifiedResNet(const VisionConfig& config, int embed_dim,
                 const ParameterOptions& options);

  std::string_view architecture() const override { return "ModifiedResNet"; }
  at::Tensor forward(const at::Tensor& pixels) override;
  // Five intermediates: the stem and the four stages, always kNchw. There is
  // no norm to apply to them and no extra token.
  TowerIntermediates ForwardIntermediates(
      const at::Tensor& pixels,
      const TowerIntermediatesOptions& options) override;
  std::vector<LayerGroup> LayerGroups() const override;
  // No effect, as in open_clip.
  void SetGradCheckpointing(bool enable) override;
  std::set<std::string> NoWeightDecay() const override { return {}; }
  void PrepareForInference(const InferenceOptions& options) override;

 private:
  void RegisterStem(const ParameterOptions& options);
  void RegisterLayers(const ParameterOptions& options);
  // Stage 0 is the stem, 1 to 4 are layer1 to layer4.
  at::Tensor RunStage(int64_t stage, at::Tensor x);
  // [N, 3, S, S] -> [N, resnet_width, S / 4, S / 4]
  at::Tensor Stem(at::Tensor x);

  VisionConfig config_;
  std::array<NormedConv2d, 3> stem_;
  // The blocks of layer1 to layer4.
  std::array<std::vector<Bottleneck>, 4> stages_;
  AttentionPool2d attnpool_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_MODIFIED_RESNET_H_
