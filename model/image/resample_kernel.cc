#include "model/image/resample_kernel.h"

#include <algorithm>
#include <cmath>

namespace clip::model {
namespace {

double BilinearFilter(double x) {
  x = std::fabs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

// Keys' cubic with a = -0.5 (torch and OpenCV use -0.75). The order of the
// operations is part of the result.
double BicubicFilter(double x) {
  constexpr double kA = -0.5;
  x = std::fabs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * kA;
  return 0.0;
}

}  // namespace

ResampleKernel::ResampleKernel(int64_t source_size, int64_t resized_size,
                               Interpolation interpolation)
    : ResampleKernel(source_size, static_cast<double>(source_size),
                     resized_size, interpolation) {}

ResampleKernel::ResampleKernel(int64_t source_size, double extent,
                               int64_t resized_size,
                               Interpolation interpolation)
    : source_size_(source_size) {
  const bool bicubic = interpolation == Interpolation::kBicubic;
  filter_ = bicubic ? BicubicFilter : BilinearFilter;
  // Pillow carries the source box as float32.
  scale_ = static_cast<double>(static_cast<float>(extent)) /
           static_cast<double>(resized_size);
  filter_scale_ = std::max(scale_, 1.0);
  support_ = (bicubic ? 2.0 : 1.0) * filter_scale_;
}

double ResampleKernel::CenterOf(int64_t index) const {
  return (static_cast<double>(index) + 0.5) * scale_;
}

TapRange ResampleKernel::RangeOf(int64_t index) const {
  const double center = CenterOf(index);
  // Cut towards zero, as Pillow does it; the clamps follow.
  // NOLINTBEGIN(bugprone-incorrect-roundings)
  const auto first = static_cast<int64_t>(center - support_ + 0.5);
  const auto end = static_cast<int64_t>(center + support_ + 0.5);
  // NOLINTEND(bugprone-incorrect-roundings)
  TapRange range;
  range.first = std::max<int64_t>(first, 0);
  range.count = std::min(end, source_size_) - range.first;
  return range;
}

void ResampleKernel::GetWeights(int64_t index,
                                std::vector<double>* weights) const {
  const double center = CenterOf(index);
  const double inverse_scale = 1.0 / filter_scale_;
  const TapRange range = RangeOf(index);
  weights->resize(static_cast<size_t>(std::max<int64_t>(range.count, 0)));
  double sum = 0.0;
  for (size_t i = 0; i < weights->size(); ++i) {
    const auto tap = static_cast<double>(range.first + static_cast<int64_t>(i));
    (*weights)[i] = filter_((tap - center + 0.5) * inverse_scale);
    sum += (*weights)[i];
  }
  if (sum == 0.0) return;
  for (double& weight : *weights) weight /= sum;
}

void ResampleKernel::AppendFixedPointWeights(
    int64_t index, std::vector<double>* scratch,
    std::vector<int32_t>* weights) const {
  GetWeights(index, scratch);
  for (const double weight : *scratch) {
    const double half = weight < 0.0 ? -0.5 : 0.5;
    weights->push_back(
        static_cast<int32_t>(half + weight * (1 << kPrecisionBits)));
  }
}

}  // namespace clip::model
