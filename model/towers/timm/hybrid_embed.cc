#include "model/towers/timm/hybrid_embed.h"

#include <c10/util/Exception.h>

#include <utility>

namespace clip::model::timm {

HybridEmbed::HybridEmbed(std::shared_ptr<Backbone> backbone, const Grid& image)
    : grid_(backbone->OutputGrid(image)) {
  TORCH_CHECK_VALUE(grid_.cells() > 0, "a picture of ", image.rows, " x ",
                    image.columns, " is too small for this model");
  backbone_ = register_module("backbone", std::move(backbone));
}

at::Tensor HybridEmbed::forward(const at::Tensor& pixels) {
  const at::Tensor map = backbone_->forward(pixels);
  TORCH_CHECK_VALUE(map.size(2) == grid_.rows && map.size(3) == grid_.columns,
                    "pictures of ", pixels.size(2), " x ", pixels.size(3),
                    " pixels do not fit this model");
  return map.flatten(2).transpose(1, 2);
}

void HybridEmbed::SetGradCheckpointing(bool enable) {
  backbone_->SetGradCheckpointing(enable);
}

}  // namespace clip::model::timm
