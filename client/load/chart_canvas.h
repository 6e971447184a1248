#ifndef CLIENT_LOAD_CHART_CANVAS_H_
#define CLIENT_LOAD_CHART_CANVAS_H_

#include <string>
#include <vector>

#include "client/load/chart.h"

namespace clip::client::load {

enum class TextAnchor { kStart, kMiddle, kEnd };

// Where to write, and how.
struct TextPlace {
  ChartPoint at;
  TextAnchor anchor = TextAnchor::kStart;
  ChartColour colour = ChartColour::kText;
  bool is_title = false;
};

// What a chart is drawn on. Pixels, from the upper left corner.
class ChartCanvas {
 public:
  virtual ~ChartCanvas() = default;

  virtual void Line(ChartPoint from, ChartPoint to, ChartColour colour) = 0;
  // Two points or more.
  virtual void Polyline(const std::vector<ChartPoint>& points,
                        ChartColour colour) = 0;
  // A closed shape that lets shine through what is below.
  virtual void Area(const std::vector<ChartPoint>& corners,
                    ChartColour colour) = 0;
  virtual void Dot(ChartPoint centre, ChartColour colour) = 0;
  // UTF-8; `at` is on the line that the letters stand on.
  virtual void Text(const TextPlace& place, const std::string& text) = 0;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_CHART_CANVAS_H_
