#include "model/image/resize_axis.h"

namespace clip::model {

ResizeAxis MakeResizeAxis(int64_t source_size, double extent,
                          int64_t resized_size, int64_t first, int64_t count,
                          Interpolation interpolation) {
  const ResampleKernel kernel(source_size, extent, resized_size, interpolation);
  const bool resized = source_size != resized_size;
  if (!resized) return {kernel, resized, first, count, first, count};
  const int64_t source_first = kernel.RangeOf(first).first;
  const int64_t source_end = kernel.RangeOf(first + count - 1).end();
  return {kernel, resized,      first,
          count,  source_first, source_end - source_first};
}

}  // namespace clip::model
