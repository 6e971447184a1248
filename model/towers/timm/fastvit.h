#ifndef MODEL_TOWERS_TIMM_FASTVIT_H_
#define MODEL_TOWERS_TIMM_FASTVIT_H_

#include <ATen/core/TensorBody.h>

#include <vector>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/classifier_head.h"
#include "model/towers/timm/fastvit_options.h"
#include "model/towers/timm/fastvit_stage.h"
#include "model/towers/timm/mobile_one_block.h"
#include "model/towers/timm/staged_trunk.h"

namespace clip::model {

// timm's FastVit as MobileCLIP has it: three stages that mix pixels by
// convolutions, then one or two that do it by attention. Keys: stem.{0,1,2}.*,
// stages.N.*, final_conv.* and, with a classifier, head.fc.*. The weights are
// those of training, with the branches apart. Takes pictures of any size.
//
// With gradient checkpointing the batch norms in the blocks move their
// statistics twice for each batch, as in timm.
class FastVit : public StagedTrunk {
 public:
  FastVit(const FastVitOptions& fastvit, const TimmTrunkOptions& trunk,
          const ParameterOptions& options);

  std::string_view architecture() const override { return "FastVit"; }
  int64_t output_width() const override { return head_->output_width(); }

 protected:
  Names names() const override;
  int64_t stage_count() const override {
    return static_cast<int64_t>(stages_.size());
  }
  at::Tensor RunStem(const at::Tensor& pixels) override;
  at::Tensor RunStage(int64_t stage, const at::Tensor& x) override;
  at::Tensor RunEnd(const at::Tensor& x) override;
  at::Tensor RunHead(const at::Tensor& x) override;

 private:
  void RegisterStem(const FastVitOptions& fastvit,
                    const ParameterOptions& options);

  std::vector<MobileOneBlock> stem_;
  std::vector<FastVitStage> stages_;
  MobileOneBlock final_conv_ = nullptr;
  ClassifierHead head_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_FASTVIT_H_
