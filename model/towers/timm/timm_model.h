#ifndef MODEL_TOWERS_TIMM_TIMM_MODEL_H_
#define MODEL_TOWERS_TIMM_TIMM_MODEL_H_

#include <ATen/core/TensorBody.h>

#include <memory>
#include <string>

#include "model/config/vision_config.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/timm_trunk.h"
#include "model/towers/vision_tower.h"

namespace clip::model {

// open_clip's TimmModel: a model of timm and a projection. Keys: trunk.*, and
// with timm_proj "linear" head.proj.*, with "mlp" head.mlp.{fc1,fc2}.*; else
// the trunk's own classifier, or nothing, is the projection.
class TimmModel : public VisionTower {
 public:
  TimmModel(const VisionConfig& config, int embed_dim,
            const ParameterOptions& options);

  std::string_view architecture() const override { return architecture_; }
  at::Tensor forward(const at::Tensor& pixels) override;
  TowerIntermediates ForwardIntermediates(
      const at::Tensor& pixels,
      const TowerIntermediatesOptions& options) override;
  std::vector<LayerGroup> LayerGroups() const override;
  void SetGradCheckpointing(bool enable) override;
  std::set<std::string> NoWeightDecay() const override;

  const TimmTrunk& trunk() const { return *trunk_; }

 private:
  void RegisterHead(const TimmConfig& config, int embed_dim,
                    const ParameterOptions& options);
  at::Tensor Project(at::Tensor features);

  std::shared_ptr<TimmTrunk> trunk_;
  // "TimmModel(Eva)", for example.
  std::string architecture_;
  // Empty unless timm_proj is "linear".
  Linear proj_ = nullptr;
  // Empty unless timm_proj is "mlp".
  Linear fc1_ = nullptr;
  Linear fc2_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_TIMM_MODEL_H_
