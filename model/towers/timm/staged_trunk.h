#ifndef MODEL_TOWERS_TIMM_STAGED_TRUNK_H_
#define MODEL_TOWERS_TIMM_STAGED_TRUNK_H_

#include <ATen/core/TensorBody.h>

#include <string>
#include <vector>

#include "model/towers/timm/timm_trunk.h"

namespace clip::model {

// What the hierarchical models of timm have in common: a stem, stages of
// blocks at falling resolution, and a head. Intermediates are the outputs of
// the stages and have the shape [N, width, rows, columns]; other formats throw,
// as in timm, and there are no extra tokens.
class StagedTrunk : public TimmTrunk {
 public:
  at::Tensor forward(const at::Tensor& pixels) override;
  // Features come from the last stage only, so that stopping early throws
  // where they are asked for.
  TowerIntermediates ForwardIntermediates(
      const at::Tensor& pixels,
      const TowerIntermediatesOptions& options) override;
  std::vector<LayerGroup> LayerGroups() const override;
  void SetGradCheckpointing(bool enable) override;

 protected:
  // Where timm's group_matcher finds the parts.
  struct Names {
    std::string stem = "stem";
    // The list of stages, each with a child `blocks`; what else a stage has
    // comes before them.
    std::string stages = "stages";
    // Parts that belong to the last block.
    std::vector<std::string> end;
    // Parts behind all blocks.
    std::vector<std::string> head = {"head"};
  };

  virtual Names names() const { return {}; }
  virtual int64_t stage_count() const = 0;

  virtual at::Tensor RunStem(const at::Tensor& pixels) = 0;
  virtual at::Tensor RunStage(int64_t stage, const at::Tensor& x) = 0;
  // What is between the last stage and the pooling.
  virtual at::Tensor RunEnd(const at::Tensor& x) { return x; }
  virtual at::Tensor RunHead(const at::Tensor& x) = 0;
  // The output of a stage as [N, width, rows, columns]. `normalize` asks for
  // the final norm and is set for the last stage only.
  virtual at::Tensor ToMap(const at::Tensor& x, bool /*normalize*/) {
    return x;
  }

  bool grad_checkpointing() const { return grad_checkpointing_; }

 private:
  bool grad_checkpointing_ = false;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_STAGED_TRUNK_H_
