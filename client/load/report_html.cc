#include "client/load/report_html.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/load/chart_svg.h"
#include "client/load/report_charts.h"
#include "client/load/report_text.h"
#include "client/load/workload.h"

namespace clip::client::load {
namespace {

constexpr char kPageStyle[] =
    "body{font:15px/1.45 system-ui,sans-serif;color:var(--text);"
    "background:var(--page);margin:0 auto;padding:1.5rem;max-width:84rem}"
    ":root{--page:#fff;--card:#f6f8fa}"
    "@media(prefers-color-scheme:dark){:root{--page:#0d1117;--card:#161b22}}"
    "h1{font-size:1.5rem;margin:0 0 .25rem}"
    "h2{font-size:1.2rem;margin:2.2rem 0 .6rem}"
    "h2 .pill,h1 .pill{margin-left:.6em}"
    ".pill{font-size:.8rem;font-weight:600;padding:.15em .7em;"
    "border-radius:1em;border:1px solid;vertical-align:middle}"
    ".good{color:var(--green)}.bad{color:var(--red)}.muted{color:var(--muted)}"
    ".tiles{display:flex;flex-wrap:wrap;gap:.7rem;margin:.8rem 0}"
    ".tile{background:var(--card);border-radius:.5rem;padding:.55rem .95rem}"
    ".tile b{display:block;font-size:1.25rem;font-weight:600}"
    ".tile span{color:var(--muted);font-size:.82rem}"
    ".charts{display:grid;gap:.8rem;"
    "grid-template-columns:repeat(auto-fit,minmax(min(34rem,100%),1fr))}"
    ".charts>div{background:var(--card);border-radius:.5rem;padding:.4rem}"
    ".scroll{overflow-x:auto}"
    "table{border-collapse:collapse;margin:.8rem 0;"
    "font-variant-numeric:tabular-nums}"
    "td,th{padding:.3rem .8rem;border-bottom:1px solid var(--grid);"
    "text-align:right;white-space:nowrap}th{color:var(--muted);"
    "font-weight:500}"
    "td:first-child,th:first-child,.left{text-align:left}"
    ".bar{display:inline-block;height:.65em;border-radius:.2em;"
    "background:var(--purple)}.bar.client{background:var(--blue)}"
    "pre{background:var(--card);border-radius:.5rem;padding:1rem;"
    "overflow-x:auto;font-size:.85rem}"
    "summary{cursor:pointer;color:var(--muted);margin-top:.8rem}";

std::string Percentage(double share) {
  return absl::StrFormat("%.1f %%", 100 * share);
}

std::string Tile(const std::string& value, const std::string& name,
                 const char* tone = "") {
  return absl::StrCat("<div class=\"tile\"><b class=\"", tone, "\">", value,
                      "</b><span>", name, "</span></div>");
}

std::string Pill(const RunReport& run) {
  if (run.result.is_partial()) return "<span class=\"pill bad\">partial</span>";
  if (!run.verdict.is_valid()) return "<span class=\"pill bad\">invalid</span>";
  return "<span class=\"pill good\">valid</span>";
}

// A time that most calls of a run are below, with its interval as a hint.
std::string QuantileTile(const RunReport& run, double quantile,
                         const char* name) {
  const Estimate estimate = run.result.latency.QuantileWithInterval(quantile);
  return Tile(ReadableTime(estimate.value),
              absl::StrCat(name, ", ", ReadableTime(estimate.low), " to ",
                           ReadableTime(estimate.high)));
}

std::string Tiles(const RunReport& run) {
  std::string tiles = "<div class=\"tiles\">";
  absl::StrAppend(&tiles,
                  Tile(absl::StrFormat("%.1f", run.GoodPerSecond()),
                       absl::StrFormat("good calls a second, %.1f sent",
                                       run.SentPerSecond())),
                  QuantileTile(run, 0.5, "p50"), QuantileTile(run, 0.99, "p99"),
                  QuantileTile(run, 0.999, "p99.9"),
                  Tile(ReadableTime(run.result.latency.max()), "max"));
  absl::StrAppend(
      &tiles,
      Tile(Percentage(run.BadShare()), "bad", run.BadShare() > 0 ? "bad" : ""),
      Tile(Percentage(run.LateShare()), "late"));
  if (run.meets_objective.has_value()) {
    absl::StrAppend(&tiles,
                    Tile(*run.meets_objective ? "met" : "missed", "objective",
                         *run.meets_objective ? "good" : "bad"));
  }
  return tiles + "</div>";
}

std::string Charts(const std::vector<Chart>& charts) {
  std::string html = "<div class=\"charts\">";
  for (const Chart& chart : charts) {
    absl::StrAppend(&html, "<div>", ChartSvg(chart), "</div>");
  }
  return html + "</div>";
}

constexpr char kQuantileHead[] = "<th>p50<th>p90<th>p95<th>p99<th>p99.9<th>max";

std::string QuantileCells(const LatencyHistogram& times) {
  std::string cells;
  for (const ReportedQuantile& reported : kReportedQuantiles) {
    absl::StrAppend(&cells, "<td>",
                    ReadableTime(times.Quantile(reported.quantile)));
  }
  return absl::StrCat(cells, "<td>", ReadableTime(times.max()));
}

// Outcomes that happened, most of them first in the order of the enumeration.
std::string OutcomeCells(const OutcomeCounts& outcomes) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (outcomes[outcome] == 0) continue;
    parts.push_back(absl::StrFormat("<span class=\"%s\">%d %s</span>",
                                    IsBad(outcome) ? "bad" : "",
                                    outcomes[outcome], NameOf(outcome)));
  }
  return absl::StrCat("<td class=\"left\">", absl::StrJoin(parts, ", "));
}

std::string CallTable(const RunReport& run) {
  std::string table =
      absl::StrCat("<div class=\"scroll\"><table><tr><th>calls<th>count",
                   kQuantileHead, "<th class=\"left\">outcomes");
  const auto add = [&table](const std::string& name,
                            const CallStatistics& calls) {
    absl::StrAppend(&table, "<tr><td>", name, "<td>", calls.outcomes.total(),
                    QuantileCells(calls.latency), OutcomeCells(calls.outcomes));
  };
  add("all", run.result);
  for (size_t i = 0; i < kCallKindCount; ++i) {
    const CallStatistics& calls = run.result.by_kind[i];
    if (calls.outcomes.total() > 0 &&
        calls.outcomes.total() < run.result.outcomes.total()) {
      add(std::string(NameOf(static_cast<CallKind>(i))), calls);
    }
  }
  absl::StrAppend(&table, "<tr><td class=\"muted\">sent late by<td>",
                  run.result.send_lag.count(),
                  QuantileCells(run.result.send_lag),
                  "<td class=\"left muted\">client: ",
                  Percentage(run.result.client_cpu_share), " of all cores");
  return table + "</table></div>";
}

std::string StageRow(const std::string& name, double seconds, double count,
                     double longest, bool is_client) {
  const double width = longest > 0 ? 16 * seconds / longest : 0;
  return absl::StrFormat(
      "<tr><td>%s<td>%s<td>%.0f<td class=\"left\"><span class=\"bar%s\" "
      "style=\"width:%.2fem\"></span>",
      EscapedText(name), ReadableTime(absl::Seconds(seconds)), count,
      is_client ? " client" : "", width);
}

// Means of the measured time: what the client saw, and where it went.
std::string StageTable(const RunReport& run) {
  if (!run.server.has_value()) return "";
  const double client = absl::ToDoubleSeconds(run.result.latency.Mean());
  double longest = client;
  for (const auto* means : {&run.server->requests, &run.server->stages}) {
    for (const MetricMean& mean : *means)
      longest = std::max(longest, mean.mean);
  }
  std::string table =
      "<div class=\"scroll\"><table><tr><th>where the time went<th>mean<th>"
      "count<th>";
  absl::StrAppend(
      &table,
      StageRow("client, from due to answer", client,
               static_cast<double>(run.result.latency.count()), longest, true));
  for (const MetricMean& mean : run.server->requests) {
    absl::StrAppend(&table, StageRow("server, " + mean.name, mean.mean,
                                     mean.count, longest, false));
  }
  for (const MetricMean& mean : run.server->stages) {
    absl::StrAppend(&table, StageRow("stage: " + mean.name, mean.mean,
                                     mean.count, longest, false));
  }
  for (const MetricMean& mean : run.server->batch_sizes) {
    absl::StrAppend(
        &table, "<tr><td>items a batch, ", EscapedText(mean.name),
        absl::StrFormat("<td>%.1f<td>%.0f<td>", mean.mean, mean.count));
  }
  absl::StrAppend(&table, absl::StrFormat("<tr><td>cores busy<td>%.2f<td><td>",
                                          run.server->cpu_cores));
  return table + "</table></div>";
}

std::string RunSection(const RunReport& run, absl::Duration late_after) {
  std::string html =
      absl::StrCat("<h2>", EscapedText(run.label), Pill(run), "</h2>");
  for (const std::string& reason : run.verdict.reasons) {
    absl::StrAppend(&html, "<p class=\"bad\">", EscapedText(reason), "</p>");
  }
  absl::StrAppend(&html, Tiles(run), Charts(RunCharts(run)), CallTable(run),
                  StageTable(run), "<details><summary>As text</summary><pre>",
                  EscapedText(RunText(run, late_after)), "</pre></details>");
  return html;
}

std::string SweepRow(const RunReport& run) {
  return absl::StrCat(
      "<tr><td>", EscapedText(run.label),
      absl::StrFormat("<td>%.1f<td>%.1f %%<td>%.1f %%", run.GoodPerSecond(),
                      100 * run.BadShare(), 100 * run.LateShare()),
      QuantileCells(run.result.latency), "<td>", Pill(run));
}

std::string SweepSection(const LoadReport& report) {
  if (report.runs.size() < 2 && !report.searched) return "";
  std::string html = "<h2>All runs</h2>";
  if (report.highest_rate.has_value()) {
    absl::StrAppend(
        &html, "<div class=\"tiles\">",
        Tile(absl::StrFormat("%.1f", *report.highest_rate),
             absl::StrCat("highest rate with ", EscapedText(report.objective)),
             "good"),
        "</div>");
  } else if (report.searched) {
    absl::StrAppend(&html, "<p class=\"bad\">no valid run met ",
                    EscapedText(report.objective), "</p>");
  }
  absl::StrAppend(&html, Charts(SweepCharts(report)),
                  "<div class=\"scroll\"><table><tr><th>run<th>good/s<th>bad"
                  "<th>late",
                  kQuantileHead, "<th>verdict");
  for (const RunReport& run : report.runs) {
    absl::StrAppend(&html, SweepRow(run));
  }
  return html + "</table></div>";
}

std::string ConfigSection(const LoadReport& report) {
  std::string html = "<details><summary>What was asked for</summary><table>";
  for (const auto& [flag, value] : report.config) {
    absl::StrAppend(&html, "<tr><td>", EscapedText(flag), "<td class=\"left\">",
                    EscapedText(value));
  }
  return html + "</table></details>";
}

}  // namespace

std::string ReportHtml(const LoadReport& report) {
  std::string page = absl::StrCat(
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">"
      "<title>clip_client load</title><style>",
      ChartStyle(), kPageStyle, "</style><h1>Load report</h1>");
  for (const auto& [flag, value] : report.config) {
    if (flag == "--server") {
      absl::StrAppend(&page, "<div class=\"muted\">clip_client load against ",
                      EscapedText(value), "</div>");
    }
  }
  if (!report.partial_reason.empty()) {
    absl::StrAppend(&page, "<p class=\"bad\">This report is partial: ",
                    EscapedText(report.partial_reason), "</p>");
  }
  absl::StrAppend(&page, SweepSection(report));
  for (const RunReport& run : report.runs) {
    absl::StrAppend(&page, RunSection(run, report.late_after));
  }
  return absl::StrCat(page, ConfigSection(report), "</html>\n");
}

}  // namespace clip::client::load
