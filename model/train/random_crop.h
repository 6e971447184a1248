#ifndef MODEL_TRAIN_RANDOM_CROP_H_
#define MODEL_TRAIN_RANDOM_CROP_H_

#include <cstdint>
#include <utility>

#include "model/train/random_numbers.h"

namespace clip::model {

// A part of a picture, in pixels.
struct CropBox {
  int64_t left = 0;
  int64_t top = 0;
  int64_t width = 0;
  int64_t height = 0;
};

struct RandomCropOptions {
  // Share of the picture's area that a crop keeps: 0 < low <= high <= 1.
  std::pair<double, double> scale = {0.9, 1.0};
  // Width over height of a crop: 0 < low <= high.
  std::pair<double, double> ratio = {3.0 / 4.0, 4.0 / 3.0};
};

// Draws a crop of a picture as torchvision's RandomResizedCrop does: ten tries
// at an area and a ratio, and the largest part in the centre where none fits.
CropBox DrawCrop(int64_t width, int64_t height,
                 const RandomCropOptions& options, RandomNumbers& numbers);

}  // namespace clip::model

#endif  // MODEL_TRAIN_RANDOM_CROP_H_
