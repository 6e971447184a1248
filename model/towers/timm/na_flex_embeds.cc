#include "model/towers/timm/na_flex_embeds.h"

#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <c10/util/Exception.h>

#include <array>

namespace clip::model::timm {

NaFlexEmbeds::NaFlexEmbeds(const NaFlexEmbedsOptions& embeds,
                           const ParameterOptions& options)
    : embeds_(embeds),
      grid_{embeds.image.rows / embeds.patch_size,
            embeds.image.columns / embeds.patch_size} {
  const int64_t patch = embeds.patch_size;
  const Grid& stored = embeds.pos_embed_grid;
  TORCH_CHECK_VALUE(grid_.cells() > 0 &&
                        grid_.rows * patch == embeds.image.rows &&
                        grid_.columns * patch == embeds.image.columns,
                    "a picture of ", embeds.image.rows, " x ",
                    embeds.image.columns, " is not made of patches of ", patch);
  proj_ =
      register_module("proj", Linear(patch * patch * 3, embeds.width, options));
  pos_embed_ = register_parameter(
      "pos_embed", at::empty({1, stored.rows, stored.columns, embeds.width},
                             options.Float()));
  if (embeds.reg_tokens == 0) return;
  reg_token_ = register_parameter(
      "reg_token",
      at::empty({1, embeds.reg_tokens, embeds.width}, options.Float()));
}

at::Tensor NaFlexEmbeds::forward(const at::Tensor& pixels) {
  TORCH_CHECK_VALUE(pixels.size(2) == embeds_.image.rows &&
                        pixels.size(3) == embeds_.image.columns,
                    "pictures of ", pixels.size(2), " x ", pixels.size(3),
                    " pixels for a model of ", embeds_.image.rows, " x ",
                    embeds_.image.columns);
  const int64_t patch = embeds_.patch_size;
  const at::Tensor cells =
      pixels.reshape({-1, 3, grid_.rows, patch, grid_.columns, patch})
          .permute({0, 2, 4, 3, 5, 1})  // [N, rows, columns, patch, patch, 3]
          .reshape({-1, grid_.cells(), patch * patch * 3});
  at::Tensor x = proj_->forward(cells);
  x = x + Positions().to(x.scalar_type());
  if (!reg_token_.defined()) return x;
  const at::Tensor registers =
      reg_token_.to(x.scalar_type()).expand({x.size(0), -1, -1});
  return at::cat({registers, x}, 1);
}

at::Tensor NaFlexEmbeds::Positions() const {
  const Grid& stored = embeds_.pos_embed_grid;
  if (stored.rows == grid_.rows && stored.columns == grid_.columns) {
    return pos_embed_.flatten(1, 2);
  }
  const at::Tensor map = pos_embed_.permute({0, 3, 1, 2});
  const std::array<int64_t, 2> size = {grid_.rows, grid_.columns};
  const at::Tensor resized =
      embeds_.bilinear
          ? at::_upsample_bilinear2d_aa(map, size, /*align_corners=*/false)
          : at::_upsample_bicubic2d_aa(map, size, /*align_corners=*/false);
  return resized.flatten(2).transpose(1, 2);
}

}  // namespace clip::model::timm
