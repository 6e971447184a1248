#ifndef MODEL_TOWERS_TIMM_NA_FLEX_EMBEDS_H_
#define MODEL_TOWERS_TIMM_NA_FLEX_EMBEDS_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>

#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/embed_layer.h"
#include "model/towers/timm/grid.h"

namespace clip::model::timm {

struct NaFlexEmbedsOptions {
  // Pixels; a multiple of patch_size.
  Grid image = {224, 224};
  // Pixels of a square patch's side.
  int64_t patch_size = 16;
  int64_t width = 768;
  // The grid that positions are stored for.
  Grid pos_embed_grid = {16, 16};
  // How they are resized to the picture's grid: bilinear, else bicubic.
  bool bilinear = false;
  // Learned tokens in front of the patches.
  int64_t reg_tokens = 0;
};

// timm's NaFlexEmbeds for pictures of one size: a linear layer over patches
// whose colours come last, positions resized to the grid, and registers. Keys:
// proj.weight [width, patch * patch * 3], proj.bias, pos_embed [1, rows,
// columns, width], and with registers reg_token [1, registers, width].
class NaFlexEmbeds : public EmbedLayer {
 public:
  NaFlexEmbeds(const NaFlexEmbedsOptions& embeds,
               const ParameterOptions& options);

  // [N, 3, H, W] -> [N, registers + grid cells, width]. Throws for pictures of
  // another size.
  at::Tensor forward(const at::Tensor& pixels) override;
  Grid grid() const override { return grid_; }

 private:
  // pos_embed for the picture's grid: [1, grid cells, width]
  at::Tensor Positions() const;

  NaFlexEmbedsOptions embeds_;
  Grid grid_;
  Linear proj_ = nullptr;
  at::Tensor pos_embed_;
  // Undefined without registers.
  at::Tensor reg_token_;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_NA_FLEX_EMBEDS_H_
