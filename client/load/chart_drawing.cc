#include "client/load/chart_drawing.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"

namespace clip::client::load {
namespace {

constexpr double kLeftMargin = 56;
constexpr double kRightMargin = 18;
constexpr double kTopMargin = 48;
constexpr double kBottomMargin = 40;
// About what a letter of the legend takes, and a line and the gaps around it:
// eight short names fit.
constexpr double kLetterWidth = 6.5;
constexpr double kLegendGap = 26;
constexpr int kValueTicks = 5;
// Values further apart than this need a logarithmic scale.
constexpr double kStraightSpan = 25;

// The vertical axis: values to a share of the height, from the bottom.
struct ValueScale {
  bool is_logarithmic = false;
  double low = 0;
  double high = 1;
  std::vector<ChartTick> ticks;

  double ShareOf(double value) const {
    if (!is_logarithmic) return (value - low) / (high - low);
    return std::log(std::max(value, low) / low) / std::log(high / low);
  }
};

// The smallest positive and the largest value.
ChartBand SpanOf(const Chart& chart) {
  ChartBand span{0, 0};
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      if (!std::isfinite(point.y)) continue;
      span.high = std::max(span.high, point.y);
      if (point.y > 0 && (span.low == 0 || point.y < span.low)) {
        span.low = point.y;
      }
    }
  }
  return span;
}

// From one of 1, 2 and 5 times a power of ten to another.
ValueScale LogarithmicScale(const ChartBand& span) {
  ValueScale scale;
  scale.is_logarithmic = true;
  const bool is_wide = span.high / span.low > 1e3;
  scale.low = 0;
  for (int decade = static_cast<int>(std::floor(std::log10(span.low)));;
       ++decade) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double at = factor * std::pow(10, decade);
      if (at <= span.low * 1.000001) scale.low = at;
      if (at < scale.low || scale.low == 0) continue;
      if (!is_wide || factor == 1) {
        scale.ticks.push_back({at, absl::StrFormat("%.6g", at)});
      }
      scale.high = at;
      if (at < span.high) continue;
      scale.ticks.erase(std::remove_if(scale.ticks.begin(), scale.ticks.end(),
                                       [&scale](const ChartTick& tick) {
                                         return tick.at < scale.low * 0.999999;
                                       }),
                        scale.ticks.end());
      return scale;
    }
  }
}

ValueScale ScaleOf(const Chart& chart) {
  const ChartBand span = SpanOf(chart);
  if (chart.may_be_logarithmic && span.low > 0 &&
      span.high / span.low > kStraightSpan) {
    return LogarithmicScale(span);
  }
  ValueScale scale;
  scale.ticks = RoundTicks(0, span.high > 0 ? span.high : 1, kValueTicks);
  const double step = scale.ticks[1].at;
  // A line at the very top is hard to see.
  while (scale.ticks.back().at < span.high * 1.02) {
    const double at = scale.ticks.back().at + step;
    scale.ticks.push_back({at, absl::StrFormat("%.6g", at)});
  }
  scale.high = scale.ticks.back().at;
  return scale;
}

// Draws one chart; made for it.
class ChartDrawing {
 public:
  ChartDrawing(const Chart& chart, const ChartBox& box, ChartCanvas& canvas)
      : chart_(chart),
        canvas_(canvas),
        scale_(ScaleOf(chart)),
        box_(box),
        plot_{box.left + kLeftMargin, box.top + kTopMargin,
              box.width - kLeftMargin - kRightMargin,
              box.height - kTopMargin - kBottomMargin} {}

  void Draw() {
    canvas_.Text({{box_.left + 12, box_.top + 18},
                  TextAnchor::kStart,
                  ChartColour::kText,
                  true},
                 chart_.title);
    DrawLegend();
    DrawAxes();
    for (const ChartSeries& series : chart_.series) DrawBand(series);
    for (const ChartSeries& series : chart_.series) DrawLines(series);
  }

 private:
  double XOf(double x) const {
    const double share = (x - chart_.x_min) / (chart_.x_max - chart_.x_min);
    return plot_.left + std::clamp(share, 0.0, 1.0) * plot_.width;
  }
  double YOf(double y) const {
    const double share = std::clamp(scale_.ShareOf(y), 0.0, 1.0);
    return plot_.top + (1 - share) * plot_.height;
  }
  ChartPoint At(const ChartPoint& point) const {
    return {XOf(point.x), YOf(point.y)};
  }

  // A chart of one unnamed line needs none.
  void DrawLegend() {
    double x = box_.left + 12;
    const double y = box_.top + 36;
    for (const ChartSeries& series : chart_.series) {
      if (series.name.empty()) continue;
      canvas_.Polyline({{x, y - 4}, {x + 10, y - 4}}, series.colour);
      canvas_.Text(
          {{x + 14, y}, TextAnchor::kStart, ChartColour::kMuted, false},
          series.name);
      x += kLegendGap + kLetterWidth * static_cast<double>(series.name.size());
    }
  }

  void DrawAxes() {
    const double bottom = plot_.top + plot_.height;
    for (const ChartTick& tick : scale_.ticks) {
      const double y = YOf(tick.at);
      canvas_.Line({plot_.left, y}, {plot_.left + plot_.width, y},
                   ChartColour::kGrid);
      canvas_.Text({{plot_.left - 7, y + 4},
                    TextAnchor::kEnd,
                    ChartColour::kMuted,
                    false},
                   tick.name);
    }
    for (const ChartTick& tick : chart_.x_ticks) {
      const double x = XOf(tick.at);
      canvas_.Line({x, bottom}, {x, bottom + 4}, ChartColour::kMuted);
      canvas_.Text(
          {{x, bottom + 17}, TextAnchor::kMiddle, ChartColour::kMuted, false},
          tick.name);
    }
    canvas_.Line({plot_.left, bottom}, {plot_.left + plot_.width, bottom},
                 ChartColour::kMuted);
    canvas_.Text({{plot_.left + plot_.width / 2, bottom + 33},
                  TextAnchor::kMiddle,
                  ChartColour::kMuted,
                  false},
                 chart_.x_name);
  }

  void DrawBand(const ChartSeries& series) {
    if (series.bands.size() != series.points.size()) return;
    std::vector<ChartPoint> corners;
    for (size_t i = 0; i < series.points.size(); ++i) {
      corners.push_back(At({series.points[i].x, series.bands[i].high}));
    }
    for (size_t i = series.points.size(); i > 0; --i) {
      corners.push_back(At({series.points[i - 1].x, series.bands[i - 1].low}));
    }
    if (corners.size() > 2) canvas_.Area(corners, series.colour);
  }

  void DrawLines(const ChartSeries& series) {
    std::vector<ChartPoint> line;
    const auto end_line = [&] {
      if (line.size() > 1) canvas_.Polyline(line, series.colour);
      // A value between two gaps would be invisible.
      if (line.size() == 1) canvas_.Dot(line[0], series.colour);
      line.clear();
    };
    for (const ChartPoint& point : series.points) {
      if (!std::isfinite(point.y)) {
        end_line();
        continue;
      }
      line.push_back(At(point));
      if (series.has_dots) canvas_.Dot(At(point), series.colour);
    }
    end_line();
  }

  const Chart& chart_;
  ChartCanvas& canvas_;
  const ValueScale scale_;
  const ChartBox box_;
  // Inside the axes.
  const ChartBox plot_;
};

}  // namespace

void DrawChart(const Chart& chart, const ChartBox& box, ChartCanvas& canvas) {
  ChartDrawing(chart, box, canvas).Draw();
}

}  // namespace clip::client::load
