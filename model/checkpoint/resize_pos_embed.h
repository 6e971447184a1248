#ifndef MODEL_CHECKPOINT_RESIZE_POS_EMBED_H_
#define MODEL_CHECKPOINT_RESIZE_POS_EMBED_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// Positions of an image tower: prefix tokens, then a grid row by row.
struct PositionGrid {
  int64_t prefix_tokens = 0;
  int64_t height = 0;
  int64_t width = 0;

  int64_t size() const { return prefix_tokens + height * width; }
};

// Resizes an image's position embedding, [positions, width] or [1, positions,
// width] with as many prefix tokens, to `grid`, as open_clip's
// resize_pos_embed and timm's resample_abs_pos_embed do: bicubic with
// antialias, align_corners false. The result is float32.
//
// Errors: INVALID_ARGUMENT where the old positions are no square, or the new
// ones more than 64 times as many.
absl::StatusOr<TensorView> ResizePosEmbed(const TensorView& view,
                                          const PositionGrid& grid);

// Resizes a text's position embedding, [positions, width], to `length`, as
// open_clip's resize_text_pos_embed does: linear, align_corners false. The
// result is float32. Errors: as above.
absl::StatusOr<TensorView> ResizeTextPosEmbed(const TensorView& view,
                                              int64_t length);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_RESIZE_POS_EMBED_H_
