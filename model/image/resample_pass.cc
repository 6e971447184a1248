#include "model/image/resample_pass.h"

#include <algorithm>

#include "model/image/horizontal_block.h"
#include "model/image/packed_weights.h"
#include "model/image/word_resample.h"

namespace clip::model {
namespace {

// Weights that a horizontal pass holds at once: 256 kB, which the second-level
// cache keeps while the rows pass by.
constexpr size_t kMaxBlockWeights = size_t{1} << 16;

}  // namespace

void ResampleHorizontally(const PixelView& source, int64_t origin,
                          const ResampleKernel& kernel, int64_t first,
                          const ResampleRoutines& routines,
                          PixelBuffer* result) {
  if (source.mode == PixelMode::kGray16) {
    ResampleWordsHorizontally(source, origin, kernel, first, result);
    return;
  }
  HorizontalBlock block(routines);
  int64_t done = 0;
  while (done < result->width()) {
    const int64_t filled =
        block.Fill(kernel, origin, first + done, first + result->width(),
                   BytesPerPixel(source.mode), kMaxBlockWeights);
    block.Resample(source, 0, done, result);
    done += filled;
  }
}

void ResampleVertically(const PixelView& source, int64_t origin,
                        const ResampleKernel& kernel, int64_t first,
                        const ResampleRoutines& routines, PixelBuffer* result) {
  if (source.mode == PixelMode::kGray16) {
    ResampleWordsVertically(source, origin, kernel, first, result);
    return;
  }
  PackedWeights weights(routines);
  for (int64_t y = 0; y < result->height(); ++y) {
    const TapRange taps = kernel.RangeOf(first + y);
    // None where the rounding of a long axis runs past its end.
    const auto count = static_cast<size_t>(std::max<int64_t>(taps.count, 0));
    weights.Clear();
    weights.Append(kernel, first + y);
    routines.sum_columns({source.row(taps.first - origin), source.stride, count,
                          weights.data(), result->row_bytes(), result->row(y)});
  }
}

}  // namespace clip::model
