#ifndef CLIENT_LOAD_CHART_DRAWING_H_
#define CLIENT_LOAD_CHART_DRAWING_H_

#include "client/load/chart.h"
#include "client/load/chart_canvas.h"

namespace clip::client::load {

// A part of a canvas, in pixels.
struct ChartBox {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;
};

// Draws title, legend, axes and lines of a chart with HasPoints. A box below
// 240 x 160 is too small to read.
void DrawChart(const Chart& chart, const ChartBox& box, ChartCanvas& canvas);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_CHART_DRAWING_H_
