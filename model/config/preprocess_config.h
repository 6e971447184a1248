#ifndef MODEL_CONFIG_PREPROCESS_CONFIG_H_
#define MODEL_CONFIG_PREPROCESS_CONFIG_H_

#include <array>

namespace clip::model {

enum class Interpolation { kBicubic, kBilinear };

// How a picture is brought to the model's size; open_clip's resize_mode.
enum class ResizeMode {
  // The shorter side becomes the size, then a centre crop.
  kShortest,
  // The longer side becomes the size, then centred padding with fill_color.
  kLongest,
  // Both sides become the size; the aspect ratio is lost.
  kSquash,
};

// The preprocessing of one checkpoint: a hub folder's `preprocess_cfg` joined
// with the image size of its `vision_cfg`, which always wins. A plain value.
struct PreprocessConfig {
  // Pixels.
  int image_width = 224;
  int image_height = 224;
  // Per channel R, G, B, on a 0 to 1 scale. Defaults: OpenAI's.
  std::array<float, 3> mean = {0.48145466F, 0.4578275F, 0.40821073F};
  std::array<float, 3> std = {0.26862954F, 0.26130258F, 0.27577711F};
  Interpolation interpolation = Interpolation::kBicubic;
  ResizeMode resize_mode = ResizeMode::kShortest;
  // Value of the padding of kLongest, 0 to 255, before normalization.
  int fill_color = 0;
};

}  // namespace clip::model

#endif  // MODEL_CONFIG_PREPROCESS_CONFIG_H_
