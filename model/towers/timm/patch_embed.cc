#include "model/towers/timm/patch_embed.h"

#include <c10/util/Exception.h>

namespace clip::model::timm {

PatchEmbed::PatchEmbed(const PatchEmbedOptions& embed,
                       const ParameterOptions& options)
    : embed_(embed),
      grid_{embed.image.rows / embed.patch_size,
            embed.image.columns / embed.patch_size} {
  TORCH_CHECK_VALUE(grid_.cells() > 0, "a picture of ", embed.image.rows, " x ",
                    embed.image.columns, " holds no patch of ",
                    embed.patch_size);
  Conv2dOptions conv;
  conv.out_channels = embed.width;
  conv.kernel_size = embed.patch_size;
  conv.stride = embed.patch_size;
  conv.bias = embed.bias;
  proj_ = register_module("proj", Conv2d(conv, options));
}

at::Tensor PatchEmbed::forward(const at::Tensor& pixels) {
  TORCH_CHECK_VALUE(pixels.size(2) == embed_.image.rows &&
                        pixels.size(3) == embed_.image.columns,
                    "pictures of ", pixels.size(2), " x ", pixels.size(3),
                    " pixels for a model of ", embed_.image.rows, " x ",
                    embed_.image.columns);
  const int64_t patch = embed_.patch_size;
  const at::Tensor cells =
      pixels.narrow(2, 0, grid_.rows * patch)
          .narrow(3, 0, grid_.columns * patch)
          .reshape({-1, 3, grid_.rows, patch, grid_.columns, patch})
          .permute({0, 2, 4, 1, 3, 5})  // [N, rows, columns, 3, patch, patch]
          .reshape({-1, grid_.cells(), 3 * patch * patch});
  return proj_->ForwardCells(cells);
}

void PatchEmbed::PrepareForInference(const InferenceOptions& options) {
  proj_->PackCells(options);
}

}  // namespace clip::model::timm
