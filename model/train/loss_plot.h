#ifndef MODEL_TRAIN_LOSS_PLOT_H_
#define MODEL_TRAIN_LOSS_PLOT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace clip::model {

struct LossPoint {
  int64_t step = 0;
  double loss = 0.0;
};

// Draws a loss curve as a PNG of 640 x 400 pixels: steps to the right, loss
// upwards from 0 or the lowest value, with numbers at both axes. No points
// draw empty axes. Errors: as AtomicFile, naming the file.
absl::Status WriteLossPlot(const std::string& path,
                           const std::vector<LossPoint>& points);

}  // namespace clip::model

#endif  // MODEL_TRAIN_LOSS_PLOT_H_
