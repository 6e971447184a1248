#include "client/load/chart_svg.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/load/chart_canvas.h"
#include "client/load/chart_drawing.h"

namespace clip::client::load {
namespace {

constexpr double kSvgWidth = 620;
constexpr double kSvgHeight = 280;

// One colour of the page, in its light and its dark form.
struct PageColour {
  const char* name;
  const char* light;
  const char* dark;
};
// In the order of ChartColour.
constexpr std::array<PageColour, kChartColourCount> kPageColours = {{
    {"text", "#1f2328", "#e6edf3"},
    {"muted", "#59636e", "#9198a1"},
    {"grid", "#dde2e8", "#2f363e"},
    {"blue", "#0969da", "#4493f8"},
    {"orange", "#c2510a", "#f0883e"},
    {"green", "#1a7f37", "#3fb950"},
    {"red", "#cf222e", "#f85149"},
    {"purple", "#8250df", "#ab7df8"},
    {"teal", "#1b7c83", "#39c5cf"},
}};

const char* NameOf(ChartColour colour) {
  return kPageColours[static_cast<size_t>(colour)].name;
}

std::string PointList(const std::vector<ChartPoint>& points) {
  return absl::StrJoin(
      points, " ", [](std::string* out, const ChartPoint& point) {
        absl::StrAppendFormat(out, "%.1f,%.1f", point.x, point.y);
      });
}

class SvgCanvas final : public ChartCanvas {
 public:
  void Line(ChartPoint from, ChartPoint to, ChartColour colour) override {
    absl::StrAppendFormat(
        &elements,
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
        "stroke=\"var(--%s)\"/>",
        from.x, from.y, to.x, to.y, NameOf(colour));
  }
  void Polyline(const std::vector<ChartPoint>& points,
                ChartColour colour) override {
    absl::StrAppend(&elements, "<polyline class=\"line\" stroke=\"var(--",
                    NameOf(colour), ")\" points=\"", PointList(points), "\"/>");
  }
  void Area(const std::vector<ChartPoint>& corners,
            ChartColour colour) override {
    absl::StrAppend(&elements, "<polygon opacity=\".15\" fill=\"var(--",
                    NameOf(colour), ")\" points=\"", PointList(corners),
                    "\"/>");
  }
  void Dot(ChartPoint centre, ChartColour colour) override {
    absl::StrAppendFormat(
        &elements,
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"var(--%s)\"/>",
        centre.x, centre.y, NameOf(colour));
  }
  void Text(const TextPlace& place, const std::string& text) override {
    static constexpr const char* kAnchors[] = {"start", "middle", "end"};
    absl::StrAppendFormat(
        &elements,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"var(--%s)\"%s>"
        "%s</text>",
        place.at.x, place.at.y, kAnchors[static_cast<int>(place.anchor)],
        NameOf(place.colour), place.is_title ? " class=\"title\"" : "",
        EscapedText(text));
  }

  std::string elements;
};

std::string Variables(bool is_dark) {
  std::string rules;
  for (const PageColour& colour : kPageColours) {
    absl::StrAppend(&rules, "--", colour.name, ":",
                    is_dark ? colour.dark : colour.light, ";");
  }
  return rules;
}

}  // namespace

std::string ChartSvg(const Chart& chart) {
  SvgCanvas canvas;
  DrawChart(chart, {0, 0, kSvgWidth, kSvgHeight}, canvas);
  return absl::StrFormat(
      "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">%s</svg>",
      kSvgWidth, kSvgHeight, EscapedText(chart.title), canvas.elements);
}

std::string ChartStyle() {
  return absl::StrCat(
      ":root{color-scheme:light dark;", Variables(false), "}",
      "@media(prefers-color-scheme:dark){:root{", Variables(true), "}}",
      "svg{width:100%;height:auto;display:block}"
      "svg text{font:12px system-ui,sans-serif}"
      "svg .title{font-weight:600;font-size:13.5px}"
      "svg .line{fill:none;stroke-width:2;stroke-linejoin:round}");
}

std::string EscapedText(const std::string& text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

}  // namespace clip::client::load
