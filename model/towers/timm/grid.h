#ifndef MODEL_TOWERS_TIMM_GRID_H_
#define MODEL_TOWERS_TIMM_GRID_H_

#include <cstdint>

namespace clip::model::timm {

// Cells of a picture that become one token each, or its pixels.
struct Grid {
  int64_t rows = 0;
  int64_t columns = 0;

  int64_t cells() const { return rows * columns; }
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_GRID_H_
