#ifndef CLIENT_LOAD_CHART_H_
#define CLIENT_LOAD_CHART_H_

#include <string>
#include <vector>

namespace clip::client::load {

// What a colour is for; a canvas says which one that is.
enum class ChartColour {
  kText,
  kMuted,
  kGrid,
  kBlue,
  kOrange,
  kGreen,
  kRed,
  kPurple,
  kTeal,
};
inline constexpr int kChartColourCount = 9;

struct ChartPoint {
  double x = 0;
  // Not a number = nothing is known here, and the line has a gap.
  double y = 0;
};

// Between which a value lies.
struct ChartBand {
  double low = 0;
  double high = 0;
};

struct ChartSeries {
  std::string name;
  ChartColour colour = ChartColour::kBlue;
  // From left to right.
  std::vector<ChartPoint> points;
  // Empty, or one for each point.
  std::vector<ChartBand> bands = {};
  // A mark at each point: few, and each was measured by itself.
  bool has_dots = false;
};

struct ChartTick {
  double at = 0;
  std::string name;
};

// Lines over one axis, in the units of what they show.
struct Chart {
  // Says what is on the vertical axis, with its unit.
  std::string title;
  std::string x_name;
  // x_min < x_max.
  double x_min = 0;
  double x_max = 1;
  std::vector<ChartTick> x_ticks;
  std::vector<ChartSeries> series;
  // Logarithmic where the values are further apart than a straight scale can
  // show; it may be used for positive values only.
  bool may_be_logarithmic = false;
};

// True where there is anything to see.
bool HasPoints(const Chart& chart);

// Ticks at round numbers, 0 included where it is in the range, about `count` of
// them.
std::vector<ChartTick> RoundTicks(double low, double high, int count);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_CHART_H_
