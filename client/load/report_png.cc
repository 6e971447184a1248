#include "client/load/report_png.h"

#ifdef CLIP_WITH_CAIRO
#include <cairo.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/load/chart_canvas.h"
#include "client/load/chart_drawing.h"
#include "client/load/report_charts.h"
#include "client/load/report_text.h"
#endif

namespace clip::client::load {

#ifdef CLIP_WITH_CAIRO
namespace {

// Pixels of the drawing; the picture has kSharpness times as many.
constexpr double kPngMargin = 20;
constexpr double kPngChartWidth = 620;
constexpr double kPngChartHeight = 280;
constexpr double kHeadingHeight = 46;
constexpr double kPngSharpness = 1.5;

struct Rgb {
  double red, green, blue;
};
// In the order of ChartColour; those of a light page.
constexpr std::array<Rgb, kChartColourCount> kPngColours = {{
    {.12, .14, .16},
    {.35, .39, .43},
    {.87, .89, .91},
    {.04, .41, .85},
    {.76, .32, .04},
    {.10, .50, .22},
    {.81, .13, .18},
    {.51, .31, .87},
    {.11, .49, .51},
}};

using Surface =
    std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Pen = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

class PngCanvas final : public ChartCanvas {
 public:
  explicit PngCanvas(cairo_t* pen) : pen_(pen) {}

  void Line(ChartPoint from, ChartPoint to, ChartColour colour) override {
    Trace({from, to});
    Use(colour, 1);
    cairo_set_line_width(pen_, 1);
    cairo_stroke(pen_);
  }
  void Polyline(const std::vector<ChartPoint>& points,
                ChartColour colour) override {
    Trace(points);
    Use(colour, 1);
    cairo_set_line_width(pen_, 2);
    cairo_set_line_join(pen_, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(pen_);
  }
  void Area(const std::vector<ChartPoint>& corners,
            ChartColour colour) override {
    Trace(corners);
    Use(colour, .15);
    cairo_fill(pen_);
  }
  void Dot(ChartPoint centre, ChartColour colour) override {
    constexpr double kFullTurn = 6.283185307179586;
    cairo_new_path(pen_);
    cairo_arc(pen_, centre.x, centre.y, 3, 0, kFullTurn);
    Use(colour, 1);
    cairo_fill(pen_);
  }
  void Text(const TextPlace& place, const std::string& text) override {
    Write(place, text, place.is_title ? 13.5 : 12, place.is_title);
  }

  void Write(const TextPlace& place, const std::string& text, double size,
             bool is_bold) {
    cairo_select_font_face(
        pen_, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
        is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(pen_, size);
    cairo_text_extents_t extents;
    cairo_text_extents(pen_, text.c_str(), &extents);
    const double share = place.anchor == TextAnchor::kStart    ? 0
                         : place.anchor == TextAnchor::kMiddle ? .5
                                                               : 1;
    Use(place.colour, 1);
    cairo_move_to(pen_, place.at.x - share * extents.x_advance, place.at.y);
    cairo_show_text(pen_, text.c_str());
  }

 private:
  void Trace(const std::vector<ChartPoint>& points) {
    cairo_new_path(pen_);
    for (const ChartPoint& point : points) {
      cairo_line_to(pen_, point.x, point.y);
    }
  }
  void Use(ChartColour colour, double opacity) {
    const Rgb& rgb = kPngColours[static_cast<size_t>(colour)];
    cairo_set_source_rgba(pen_, rgb.red, rgb.green, rgb.blue, opacity);
  }

  cairo_t* const pen_;
};

// Charts below a heading, two in a row.
struct PngSection {
  std::string heading;
  std::string line;
  std::vector<Chart> charts;

  double height() const {
    return kHeadingHeight +
           kPngChartHeight * static_cast<double>((charts.size() + 1) / 2);
  }
};

std::string PngLineOf(const RunReport& run) {
  const LatencyHistogram& times = run.result.latency;
  return absl::StrFormat(
      "%.1f good calls/s   p50 %s   p99 %s   max %s   bad %.1f %%   late %.1f "
      "%%   %s%s",
      run.GoodPerSecond(), ReadableTime(times.Quantile(0.5)),
      ReadableTime(times.Quantile(0.99)), ReadableTime(times.max()),
      100 * run.BadShare(), 100 * run.LateShare(),
      run.verdict.is_valid() ? "valid" : "INVALID",
      run.result.is_partial() ? ", PARTIAL" : "");
}

std::vector<PngSection> PngSections(const LoadReport& report) {
  std::vector<PngSection> sections;
  std::vector<Chart> sweep = SweepCharts(report);
  if (!sweep.empty()) {
    std::string line;
    if (report.highest_rate.has_value()) {
      line = absl::StrFormat("highest rate with %s: %.1f calls/s",
                             report.objective, *report.highest_rate);
    }
    sections.push_back({"All runs", std::move(line), std::move(sweep)});
  }
  for (const RunReport& run : report.runs) {
    if (sections.size() >= kMaxDrawnRuns) break;
    sections.push_back({run.label, PngLineOf(run), RunCharts(run)});
  }
  return sections;
}

void DrawSection(const PngSection& section, double top, PngCanvas& canvas) {
  canvas.Write({{kPngMargin + 12, top + 20},
                TextAnchor::kStart,
                ChartColour::kText,
                true},
               section.heading, 18, true);
  canvas.Write({{kPngMargin + 12, top + 39},
                TextAnchor::kStart,
                ChartColour::kMuted,
                false},
               section.line, 13, false);
  for (size_t i = 0; i < section.charts.size(); ++i) {
    DrawChart(
        section.charts[i],
        {kPngMargin + kPngChartWidth * static_cast<double>(i % 2),
         top + kHeadingHeight + kPngChartHeight * static_cast<double>(i / 2),
         kPngChartWidth, kPngChartHeight},
        canvas);
  }
}

cairo_status_t AppendPng(void* file, const unsigned char* data,
                         unsigned int length) {
  static_cast<std::string*>(file)->append(reinterpret_cast<const char*>(data),
                                          length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

bool CanDrawPng() { return true; }

absl::StatusOr<std::string> ReportPng(const LoadReport& report) {
  const std::vector<PngSection> sections = PngSections(report);
  const double width = 2 * kPngMargin + 2 * kPngChartWidth;
  double height = 2 * kPngMargin;
  for (const PngSection& section : sections) {
    height += section.height() + kPngMargin;
  }
  const Surface surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                 static_cast<int>(kPngSharpness * width),
                                 static_cast<int>(kPngSharpness * height)),
      &cairo_surface_destroy);
  const Pen pen(cairo_create(surface.get()), &cairo_destroy);
  cairo_scale(pen.get(), kPngSharpness, kPngSharpness);
  cairo_set_source_rgb(pen.get(), 1, 1, 1);
  cairo_paint(pen.get());
  PngCanvas canvas(pen.get());
  double top = kPngMargin;
  for (const PngSection& section : sections) {
    DrawSection(section, top, canvas);
    top += section.height() + kPngMargin;
  }
  std::string file;
  const cairo_status_t status =
      cairo_status(pen.get()) != CAIRO_STATUS_SUCCESS
          ? cairo_status(pen.get())
          : cairo_surface_write_to_png_stream(surface.get(), AppendPng, &file);
  if (status == CAIRO_STATUS_SUCCESS) return file;
  return absl::UnknownError(absl::StrCat("the plots could not be drawn: ",
                                         cairo_status_to_string(status)));
}
#else
bool CanDrawPng() { return false; }

absl::StatusOr<std::string> ReportPng(const LoadReport&) {
  return absl::UnimplementedError("this build has no cairo to draw with");
}
#endif

}  // namespace clip::client::load
