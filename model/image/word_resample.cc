#include "model/image/word_resample.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace clip::model {
namespace {

uint16_t ClampToWord(double sum) {
  const auto rounded = static_cast<int64_t>(sum >= 0.0 ? sum + 0.5 : sum - 0.5);
  return static_cast<uint16_t>(std::clamp<int64_t>(rounded, 0, 65535));
}

// One resized pixel: the taps lie `step` bytes apart.
void SumWords(const uint8_t* in, size_t step,
              const std::vector<double>& weights, uint8_t* out) {
  double sum = 0.0;
  for (const double weight : weights) {
    uint16_t word;
    std::memcpy(&word, in, sizeof(word));
    sum += static_cast<double>(word) * weight;
    in += step;
  }
  const uint16_t word = ClampToWord(sum);
  std::memcpy(out, &word, sizeof(word));
}

}  // namespace

void ResampleWordsHorizontally(const PixelView& source, int64_t origin,
                               const ResampleKernel& kernel, int64_t first,
                               PixelBuffer* result) {
  std::vector<double> weights;
  for (int64_t x = 0; x < result->width(); ++x) {
    const int64_t tap = kernel.RangeOf(first + x).first - origin;
    kernel.GetWeights(first + x, &weights);
    for (int64_t y = 0; y < source.height; ++y) {
      SumWords(source.row(y) + 2 * tap, 2, weights, result->row(y) + 2 * x);
    }
  }
}

void ResampleWordsVertically(const PixelView& source, int64_t origin,
                             const ResampleKernel& kernel, int64_t first,
                             PixelBuffer* result) {
  std::vector<double> weights;
  for (int64_t y = 0; y < result->height(); ++y) {
    const int64_t tap = kernel.RangeOf(first + y).first - origin;
    kernel.GetWeights(first + y, &weights);
    for (int64_t x = 0; x < source.width; ++x) {
      SumWords(source.row(tap) + 2 * x, source.stride, weights,
               result->row(y) + 2 * x);
    }
  }
}

}  // namespace clip::model
