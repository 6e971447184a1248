#ifndef MODEL_IMAGE_RESIZE_WINDOW_H_
#define MODEL_IMAGE_RESIZE_WINDOW_H_

#include <cstdint>

namespace clip::model {

// The part of a resized picture that is wanted, in resized pixels. Only that
// part is ever computed: a 1 x 30000 picture whose shorter side becomes 224
// has 1.5 billion resized pixels, of which a crop keeps 50176.
struct ResizeWindow {
  // Size of the whole resized picture.
  int64_t resized_width = 0;
  int64_t resized_height = 0;
  // The window lies inside it and is not empty.
  int64_t left = 0;
  int64_t top = 0;
  int64_t width = 0;
  int64_t height = 0;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_RESIZE_WINDOW_H_
