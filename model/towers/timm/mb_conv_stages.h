#ifndef MODEL_TOWERS_TIMM_MB_CONV_STAGES_H_
#define MODEL_TOWERS_TIMM_MB_CONV_STAGES_H_

#include <ATen/core/TensorBody.h>

#include <array>
#include <cstdint>
#include <vector>

#include "model/layers/conv2d.h"
#include "model/layers/layer_norm2d.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/backbone.h"
#include "model/towers/timm/mb_conv_ln_block.h"

namespace clip::model::timm {

struct MbConvStagesOptions {
  // Channels.
  int64_t stem_width = 64;
  std::array<int64_t, 2> stage_widths = {64, 128};
  int64_t output_width = 384;
  // Blocks of each stage.
  std::array<int64_t, 2> depths = {2, 4};
};

// timm's MbConvStages, ViTamin's convolutions: a stem, two stages of
// MbConvLnBlock and a last convolution, each with stride 2. Keys:
// stem.{conv1,norm1,conv2}.*, stages.S.B.*, pool.{norm,proj}.*.
class MbConvStages : public Backbone {
 public:
  MbConvStages(const MbConvStagesOptions& stages,
               const ParameterOptions& options);

  at::Tensor forward(const at::Tensor& pixels) override;
  Grid OutputGrid(const Grid& image) const override;
  void SetGradCheckpointing(bool enable) override;

 private:
  using Stage = std::vector<MbConvLnBlock>;

  void RegisterStem(int64_t width, const ParameterOptions& options);
  void RegisterStages(const MbConvStagesOptions& stages,
                      const ParameterOptions& options);
  void RegisterPool(int64_t in_channels, int64_t out_channels,
                    const ParameterOptions& options);
  at::Tensor RunStage(const Stage& stage, const at::Tensor& x) const;

  bool grad_checkpointing_ = false;
  Conv2d conv1_ = nullptr;
  LayerNorm2d norm1_ = nullptr;
  Conv2d conv2_ = nullptr;
  std::vector<Stage> stages_;
  LayerNorm2d pool_norm_ = nullptr;
  Conv2d pool_proj_ = nullptr;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_MB_CONV_STAGES_H_
