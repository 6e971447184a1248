#include "model/checkpoint/resize_pos_embed.h"

#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/upsample_linear1d.h>

#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/view_tensor.h"

namespace clip::model {
namespace {

// More than any real change of size; a config must not make a small file ask
// for all memory.
constexpr int64_t kMaxGrowth = 64;

TensorView ToView(const at::Tensor& tensor, std::vector<int64_t> shape) {
  const at::Tensor values = tensor.contiguous();
  const auto* bytes = static_cast<const uint8_t*>(values.const_data_ptr());
  return OwningView(TensorDtype::kFloat32, std::move(shape),
                    std::vector<uint8_t>(bytes, bytes + values.nbytes()));
}

absl::Status CheckGrowth(int64_t from, int64_t to) {
  if (from >= 1 && to >= 1 && to / kMaxGrowth <= from) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(from, " positions cannot be resized to ", to, "; at most ",
                   kMaxGrowth, " times as many are supported"));
}

// float32 [positions, width]
absl::StatusOr<at::Tensor> ToPositions(const TensorView& view) {
  CLIP_ASSIGN_OR_RETURN(const at::Tensor tensor, ViewAsTensor(view));
  if (!tensor.is_floating_point() || tensor.dim() < 2 || tensor.dim() > 3) {
    return absl::InvalidArgumentError("is no position embedding");
  }
  const at::Tensor positions = tensor.dim() == 3 ? tensor.squeeze(0) : tensor;
  if (positions.dim() != 2) {
    return absl::InvalidArgumentError("is no position embedding");
  }
  return positions.to(c10::kFloat);
}

}  // namespace

absl::StatusOr<TensorView> ResizePosEmbed(const TensorView& view,
                                          const PositionGrid& grid) {
  CLIP_ASSIGN_OR_RETURN(const at::Tensor positions, ToPositions(view));
  const int64_t cells = positions.size(0) - grid.prefix_tokens;
  const auto side = static_cast<int64_t>(std::llround(
      std::sqrt(static_cast<double>(std::max<int64_t>(cells, 0)))));
  if (cells < 1 || side * side != cells) {
    return absl::InvalidArgumentError(absl::StrCat(
        "has ", positions.size(0), " positions, which are not a square and ",
        grid.prefix_tokens, " more"));
  }
  CLIP_RETURN_IF_ERROR(CheckGrowth(cells, grid.height * grid.width));
  const int64_t width = positions.size(1);
  const at::Tensor image = positions.slice(0, grid.prefix_tokens)
                               .reshape({1, side, side, width})
                               .permute({0, 3, 1, 2});
  const at::Tensor resized =
      at::_upsample_bicubic2d_aa(image, {grid.height, grid.width},
                                 /*align_corners=*/false)
          .permute({0, 2, 3, 1})
          .reshape({grid.height * grid.width, width});
  std::vector<int64_t> shape = view.shape;
  shape[shape.size() - 2] = grid.size();
  return ToView(at::cat({positions.slice(0, 0, grid.prefix_tokens), resized}),
                std::move(shape));
}

absl::StatusOr<TensorView> ResizeTextPosEmbed(const TensorView& view,
                                              int64_t length) {
  CLIP_ASSIGN_OR_RETURN(const at::Tensor positions, ToPositions(view));
  CLIP_RETURN_IF_ERROR(CheckGrowth(positions.size(0), length));
  const at::Tensor resized =
      at::upsample_linear1d(positions.t().unsqueeze(0), {length},
                            /*align_corners=*/false)
          .squeeze(0)
          .t();
  return ToView(resized, {length, positions.size(1)});
}

}  // namespace clip::model
