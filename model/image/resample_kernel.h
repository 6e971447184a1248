#ifndef MODEL_IMAGE_RESAMPLE_KERNEL_H_
#define MODEL_IMAGE_RESAMPLE_KERNEL_H_

#include <cstdint>
#include <vector>

#include "model/config/preprocess_config.h"

namespace clip::model {

// The source pixels that one resized pixel is made of.
struct TapRange {
  int64_t first = 0;
  int64_t count = 0;

  int64_t end() const { return first + count; }
};

// The weights of antialiased resampling along one axis, equal to Pillow's to
// the last bit: the filter is stretched by the scale when shrinking.
//
// Thread-safe: immutable. Nothing is stored per pixel, so an axis of any
// length costs nothing until its weights are asked for.
class ResampleKernel {
 public:
  // Fixed-point weights have this many bits after the point.
  static constexpr int kPrecisionBits = 32 - 8 - 2;

  ResampleKernel(int64_t source_size, int64_t resized_size,
                 Interpolation interpolation);

  // For a source whose last pixel lies only partly in the picture: what is
  // resized is `extent` pixels long, source_size - 1 < extent <= source_size.
  ResampleKernel(int64_t source_size, double extent, int64_t resized_size,
                 Interpolation interpolation);

  // Taps of resized pixel `index`, in 0..resized_size-1.
  TapRange RangeOf(int64_t index) const;

  // The weights of `index`, which sum to 1; RangeOf(index).count of them.
  void GetWeights(int64_t index, std::vector<double>* weights) const;

  // The same in fixed point, appended to `weights`. `scratch` is memory to
  // reuse.
  void AppendFixedPointWeights(int64_t index, std::vector<double>* scratch,
                               std::vector<int32_t>* weights) const;

 private:
  double CenterOf(int64_t index) const;

  int64_t source_size_;
  double scale_;
  double filter_scale_;
  double support_;
  double (*filter_)(double);
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_RESAMPLE_KERNEL_H_
