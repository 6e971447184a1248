#ifndef MODEL_TOWERS_TIMM_SWIN_H_
#define MODEL_TOWERS_TIMM_SWIN_H_

#include <ATen/core/TensorBody.h>

#include <vector>

#include "model/layers/conv2d.h"
#include "model/layers/layer_norm.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/classifier_head.h"
#include "model/towers/timm/staged_trunk.h"
#include "model/towers/timm/swin_options.h"
#include "model/towers/timm/swin_stage.h"

namespace clip::model {

// timm's SwinTransformer. Keys: patch_embed.{proj,norm}.*, layers.N.*, norm.*
// and, with a classifier, head.fc.*. Window masks and distances are computed,
// not stored.
class Swin : public StagedTrunk {
 public:
  // Throws for pictures of another size than its own.
  Swin(const SwinOptions& swin, const TimmTrunkOptions& trunk,
       const ParameterOptions& options);

  std::string_view architecture() const override { return "SwinTransformer"; }
  int64_t output_width() const override { return head_->output_width(); }
  std::set<std::string> NoWeightDecay() const override;

 protected:
  Names names() const override;
  int64_t stage_count() const override {
    return static_cast<int64_t>(layers_.size());
  }
  at::Tensor RunStem(const at::Tensor& pixels) override;
  at::Tensor RunStage(int64_t stage, const at::Tensor& x) override;
  at::Tensor RunEnd(const at::Tensor& x) override;
  at::Tensor RunHead(const at::Tensor& x) override;
  at::Tensor ToMap(const at::Tensor& x, bool normalize) override;

 private:
  void RegisterStem(const SwinOptions& swin, const ParameterOptions& options);

  int64_t image_size_;
  Conv2d patch_proj_ = nullptr;
  LayerNorm patch_norm_ = nullptr;
  std::vector<SwinStage> layers_;
  LayerNorm norm_ = nullptr;
  ClassifierHead head_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_SWIN_H_
