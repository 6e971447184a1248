#include "client/load/report_html.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/load/report_text.h"

namespace clip::client::load {
namespace {

constexpr char kPageHead[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
    "<title>clip_client load</title><style>"
    "body{font:15px sans-serif;margin:2em;max-width:60em}"
    "table{border-collapse:collapse}td,th{padding:.3em .8em;"
    "border-bottom:1px solid #ccc;text-align:right}"
    "td:first-child,th:first-child,td:last-child{text-align:left}"
    "pre{background:#f4f4f4;padding:1em;overflow:auto}"
    "svg{background:#fafafa;margin:.5em 0}text{font:11px sans-serif}"
    ".bad{color:#b00}</style><h1>clip_client load</h1>";

constexpr double kPlotWidth = 640;
constexpr double kPlotHeight = 220;
constexpr double kMargin = 60;

using Point = std::pair<double, double>;
struct Series {
  const char* colour;
  const char* name;
  std::vector<Point> points;
};

std::string Escaped(const std::string& text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

// `ticks`: places on the x axis, in [0, 1], and their names.
std::string Plot(const std::string& title, const std::vector<Series>& all,
                 const std::vector<std::pair<double, std::string>>& ticks) {
  double top = 0;
  for (const Series& series : all) {
    for (const Point& point : series.points) top = std::max(top, point.second);
  }
  if (top <= 0) return "";
  const auto x_of = [](double x) { return kMargin + x * kPlotWidth; };
  const auto y_of = [top](double y) {
    return 30 + (1 - y / top) * kPlotHeight;
  };
  std::string svg = absl::StrFormat(
      "<svg width=\"%.0f\" height=\"%.0f\" role=\"img\"><text x=\"%.0f\" "
      "y=\"18\">%s</text>",
      kPlotWidth + 2 * kMargin, kPlotHeight + 60, kMargin, Escaped(title));
  for (const double part : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    absl::StrAppend(
        &svg,
        absl::StrFormat("<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" "
                        "stroke=\"#ddd\"/><text x=\"4\" y=\"%.1f\">%.4g</text>",
                        x_of(0), x_of(1), y_of(part * top), y_of(part * top),
                        y_of(part * top) + 4, part * top));
  }
  for (const auto& [x, name] : ticks) {
    absl::StrAppend(&svg, absl::StrFormat("<text x=\"%.1f\" y=\"%.0f\" "
                                          "text-anchor=\"middle\">%s</text>",
                                          x_of(x), kPlotHeight + 46, name));
  }
  double legend = kMargin + 260;
  for (const Series& series : all) {
    std::vector<std::string> points;
    for (const auto& [x, y] : series.points) {
      points.push_back(absl::StrFormat("%.1f,%.1f", x_of(x), y_of(y)));
    }
    absl::StrAppend(
        &svg, "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"",
        series.colour, "\" points=\"", absl::StrJoin(points, " "), "\"/>",
        absl::StrFormat("<text x=\"%.0f\" y=\"18\" fill=\"%s\">%s</text>",
                        legend, series.colour, series.name));
    legend += 120;
  }
  return svg + "</svg>";
}

// Quantiles from the median on, each nine twice as far from the last as people
// read them: 50, 90, 99, 99.9 %.
std::string QuantilePlot(const RunReport& run) {
  const LatencyHistogram& times = run.result.latency;
  Series series{"#0366d6", "", {}};
  std::vector<std::pair<double, std::string>> ticks;
  for (size_t i = 0; i < kReportedQuantiles.size(); ++i) {
    const double x =
        static_cast<double>(i) / static_cast<double>(kReportedQuantiles.size());
    series.points.emplace_back(x, absl::ToDoubleMilliseconds(times.Quantile(
                                      kReportedQuantiles[i].quantile)));
    ticks.emplace_back(x, kReportedQuantiles[i].name);
  }
  series.points.emplace_back(1, absl::ToDoubleMilliseconds(times.max()));
  ticks.emplace_back(1, "max");
  return Plot("latency by quantile, ms", {series}, ticks);
}

std::string TimePlots(const RunReport& run) {
  Series median{"#0366d6", "p50", {}};
  Series tail{"#d73a49", "p99", {}};
  Series good{"#28a745", "good", {}};
  Series due{"#888888", "due", {}};
  const double total =
      std::max(1e-9, absl::ToDoubleSeconds(run.result.measured));
  for (const WindowResult& window : run.result.windows) {
    const double x = std::min(
        1.0, absl::ToDoubleSeconds(window.start + window.length / 2) / total);
    const double seconds = absl::ToDoubleSeconds(window.length);
    median.points.emplace_back(
        x, absl::ToDoubleMilliseconds(window.latency.Quantile(0.5)));
    tail.points.emplace_back(
        x, absl::ToDoubleMilliseconds(window.latency.Quantile(0.99)));
    good.points.emplace_back(
        x, static_cast<double>(window.outcomes.good()) / seconds);
    due.points.emplace_back(
        x, static_cast<double>(window.outcomes.total()) / seconds);
  }
  const std::vector<std::pair<double, std::string>> ticks = {
      {0, "0 s"},
      {0.5, absl::StrFormat("%.4g s", total / 2)},
      {1, absl::StrFormat("%.4g s", total)}};
  return Plot("latency over time, ms", {median, tail}, ticks) +
         Plot("calls a second over time", {due, good}, ticks);
}

std::string TableRow(const RunReport& run) {
  std::string row = absl::StrFormat(
      "<tr><td>%s<td>%.1f<td>%.1f %%<td>%.1f %%", Escaped(run.label),
      run.GoodPerSecond(), 100 * run.BadShare(), 100 * run.LateShare());
  for (const ReportedQuantile& reported : kReportedQuantiles) {
    absl::StrAppend(
        &row, "<td>",
        ReadableTime(run.result.latency.Quantile(reported.quantile)));
  }
  absl::StrAppend(
      &row, "<td>", ReadableTime(run.result.latency.max()),
      run.verdict.is_valid() ? "<td>valid" : "<td class=\"bad\">INVALID");
  return row;
}

}  // namespace

std::string ReportHtml(const LoadReport& report) {
  std::string page = kPageHead;
  if (!report.partial_reason.empty()) {
    absl::StrAppend(&page, "<p class=\"bad\">This report is partial: ",
                    Escaped(report.partial_reason), "</p>");
  }
  absl::StrAppend(&page,
                  "<table><tr><th>run<th>good/s<th>bad<th>late<th>p50<th>p90"
                  "<th>p95<th>p99<th>p99.9<th>max<th>verdict");
  for (const RunReport& run : report.runs)
    absl::StrAppend(&page, TableRow(run));
  absl::StrAppend(&page, "</table>");
  const std::string sweep = SweepText(report);
  if (report.searched) {
    absl::StrAppend(&page, "<pre>", Escaped(sweep), "</pre>");
  }
  for (const RunReport& run : report.runs) {
    absl::StrAppend(&page, "<h2>", Escaped(run.label), "</h2><pre>",
                    Escaped(RunText(run, report.late_after)), "</pre>",
                    QuantilePlot(run), TimePlots(run));
  }
  absl::StrAppend(&page, "<h2>Asked for</h2><table>");
  for (const auto& [flag, value] : report.config) {
    absl::StrAppend(&page, "<tr><td>", Escaped(flag), "<td>", Escaped(value));
  }
  return page + "</table></html>\n";
}

}  // namespace clip::client::load
