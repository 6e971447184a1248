#ifndef MODEL_TOWERS_TIMM_CONVNEXT_H_
#define MODEL_TOWERS_TIMM_CONVNEXT_H_

#include <ATen/core/TensorBody.h>

#include <vector>

#include "model/layers/conv2d.h"
#include "model/layers/layer_norm2d.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/classifier_head.h"
#include "model/towers/timm/convnext_options.h"
#include "model/towers/timm/convnext_stage.h"
#include "model/towers/timm/staged_trunk.h"

namespace clip::model {

// timm's ConvNeXt. Keys: stem.0.*, stem.1.*, stages.N.*, head.norm.* and, with
// a classifier, head.fc.*. Takes pictures of any size from 32 pixels up.
class ConvNext : public StagedTrunk {
 public:
  ConvNext(const ConvNextOptions& convnext, const TimmTrunkOptions& trunk,
           const ParameterOptions& options);

  std::string_view architecture() const override { return "ConvNeXt"; }
  int64_t output_width() const override { return head_->output_width(); }

 protected:
  int64_t stage_count() const override {
    return static_cast<int64_t>(stages_.size());
  }
  at::Tensor RunStem(const at::Tensor& pixels) override;
  at::Tensor RunStage(int64_t stage, const at::Tensor& x) override;
  at::Tensor RunHead(const at::Tensor& x) override;

 private:
  void RegisterStem(const ConvNextOptions& convnext,
                    const ParameterOptions& options);

  Conv2d stem_conv_ = nullptr;
  LayerNorm2d stem_norm_ = nullptr;
  std::vector<ConvNextStage> stages_;
  ClassifierHead head_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_CONVNEXT_H_
