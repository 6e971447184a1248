#ifndef MODEL_TOWERS_TIMM_SWIN_OPTIONS_H_
#define MODEL_TOWERS_TIMM_SWIN_OPTIONS_H_

#include <array>
#include <cstdint>

namespace clip::model {

// What one Swin differs in from another. A plain value.
struct SwinOptions {
  // Pixels of the square picture's side, the only one it takes.
  int64_t image_size = 224;
  // Width of the first stage; each further one has twice as much.
  int64_t embed_dim = 128;
  // Blocks and heads of each stage; 0 blocks: no such stage.
  std::array<int64_t, 4> depths = {2, 2, 18, 2};
  std::array<int64_t, 4> heads = {4, 8, 16, 32};
  // Tokens of a square window's side.
  int64_t window_size = 7;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_SWIN_OPTIONS_H_
