// The forms of a report, and the comparison of two.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "client/load/report_charts.h"
#include "client/load/report_compare.h"
#include "client/load/report_csv.h"
#include "client/load/report_html.h"
#include "client/load/report_json.h"
#include "client/load/report_png.h"
#include "client/load/report_text.h"
#include "tests/testing/status_matchers.h"

namespace clip::client::load {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// 1000 calls in 10 s, `bad` of them rejected, the others around `latency`.
RunReport NewRun(const std::string& label, absl::Duration latency,
                 int bad = 0) {
  RunReport run;
  run.label = label;
  run.rate = 100;
  RunResult& result = run.result;
  result.measured = absl::Seconds(10);
  result.sent_in_time = 1000;
  result.windows.resize(1);
  result.windows[0].length = absl::Seconds(10);
  for (int i = 0; i < 1000; ++i) {
    const Outcome outcome = i < bad ? Outcome::kRejected : Outcome::kOk;
    for (CallStatistics* calls :
         {static_cast<CallStatistics*>(&result), &result.by_kind[0],
          static_cast<CallStatistics*>(&result.windows[0])}) {
      calls->outcomes.Add(outcome);
      if (IsGood(outcome)) {
        calls->latency.Record(latency * (0.9 + 0.0002 * i));
      }
    }
    result.send_lag.Record(absl::Microseconds(50));
    if (outcome == Outcome::kRejected) {
      result.failure_latency.Record(absl::Milliseconds(1));
      result.examples[static_cast<size_t>(outcome)] =
          "RESOURCE_EXHAUSTED: full\x1b[31m";
    }
  }
  run.verdict = Judge(result);
  return run;
}

LoadReport NewReport(absl::Duration latency, int bad = 0) {
  LoadReport report;
  report.config = {{"--rate", "100"}};
  report.late_after = absl::Milliseconds(100);
  report.runs.push_back(NewRun("100 calls/s", latency, bad));
  return report;
}

TEST(ReportsTest, JsonHasAllFigures) {
  const auto json =
      nlohmann::json::parse(ReportJson(NewReport(absl::Milliseconds(10), 5)));
  EXPECT_EQ(json["schema"], 1);
  EXPECT_EQ(json["partial"], false);
  EXPECT_EQ(json["valid"], true);
  EXPECT_EQ(json["config"]["--rate"], "100");
  const auto& run = json["runs"][0];
  EXPECT_EQ(run["loop"], "open");
  EXPECT_EQ(run["calls"], 1000);
  EXPECT_EQ(run["outcomes"]["ok"], 995);
  EXPECT_EQ(run["outcomes"]["rejected"], 5);
  EXPECT_NEAR(run["latency_ms"]["p50"].get<double>(), 10, 0.1);
  EXPECT_NEAR(run["latency_ms"]["p99.9"].get<double>(), 11, 0.1);
  EXPECT_LE(run["latency_ms"]["intervals"]["p99"][0],
            run["latency_ms"]["intervals"]["p99"][1]);
  EXPECT_EQ(run["good_per_s"], 99.5);
  EXPECT_EQ(run["windows"][0]["calls"], 1000);
  EXPECT_EQ(run["by_kind"]["image"]["calls"], 1000);
  EXPECT_TRUE(run["objective_met"].is_null());
}

TEST(ReportsTest, JsonSaysWhyItIsPartial) {
  LoadReport report = NewReport(absl::Milliseconds(10));
  report.partial_reason = "the run was interrupted";
  const auto json = nlohmann::json::parse(ReportJson(report));
  EXPECT_EQ(json["partial"], true);
  EXPECT_EQ(json["partial_because"], "the run was interrupted");
}

TEST(ReportsTest, CsvHasALineForTheRunAndEachWindow) {
  const std::string csv = ReportCsv(NewReport(absl::Milliseconds(10)));
  EXPECT_THAT(csv, HasSubstr("run,window,start_s,length_s,calls,ok,"));
  EXPECT_THAT(csv, HasSubstr("\n\"100 calls/s\",all,0.000,10.000,1000,1000,"));
  EXPECT_THAT(csv, HasSubstr("\n\"100 calls/s\",0,0.000,10.000,1000,1000,"));
}

TEST(ReportsTest, TextShowsFailuresAndLetsNoneOfThemSteerTheTerminal) {
  const LoadReport report = NewReport(absl::Milliseconds(10), 5);
  const std::string text = RunText(report.runs[0], report.late_after);
  EXPECT_THAT(text,
              AllOf(HasSubstr("1000 due, 995 ok, 5 rejected"),
                    HasSubstr("RESOURCE_EXHAUSTED: full"),
                    HasSubstr("verdict   valid"), Not(HasSubstr("\x1b"))));
  EXPECT_THAT(SweepText(report), IsEmpty());
}

TEST(ReportsTest, TellsTheAttemptsWhereThereWereMoreThanCalls) {
  LoadReport report = NewReport(absl::Milliseconds(10));
  RunReport& run = report.runs[0];
  run.result.sent = {1000, 1000, 0, 0, 0};
  EXPECT_THAT(RunText(run, report.late_after), Not(HasSubstr("attempts")));
  run.result.sent = {1000, 1035, 30, 5, 2};
  EXPECT_THAT(RunText(run, report.late_after),
              HasSubstr("1035 for 1000 calls, warm-up included: 30 retries, 5 "
                        "hedges, of which 2 answered first"));
  const auto json = nlohmann::json::parse(ReportJson(report));
  EXPECT_EQ(json["runs"][0]["sent"]["attempts"], 1035);
  EXPECT_EQ(json["runs"][0]["sent"]["retries"], 30);
}

TEST(ReportsTest, TextShowsThatARunIsInvalid) {
  RunReport run = NewRun("100 calls/s", absl::Milliseconds(10));
  run.result.outcomes.Add(Outcome::kNotSent);
  run.verdict = Judge(run.result);
  EXPECT_THAT(RunText(run, absl::Seconds(1)), HasSubstr("INVALID"));
}

TEST(ReportsTest, ASweepIsATableAndASearchHasAnAnswer) {
  LoadReport report = NewReport(absl::Milliseconds(10));
  report.runs.push_back(NewRun("200 calls/s", absl::Milliseconds(30)));
  EXPECT_THAT(SweepText(report),
              AllOf(HasSubstr("100 calls/s"), HasSubstr("200 calls/s")));
  report.searched = true;
  report.objective = "p99<20ms";
  EXPECT_THAT(SweepText(report), HasSubstr("no valid run met"));
  report.highest_rate = 100;
  EXPECT_THAT(SweepText(report),
              HasSubstr("highest rate with p99<20ms: 100.0 calls/s"));
}

TEST(ReportsTest, TimesAreReadable) {
  EXPECT_EQ(ReadableTime(absl::Microseconds(84)), "0.084 ms");
  EXPECT_EQ(ReadableTime(absl::Milliseconds(12.34)), "12.3 ms");
  EXPECT_EQ(ReadableTime(absl::Milliseconds(250)), "250 ms");
  EXPECT_EQ(ReadableTime(absl::Milliseconds(1250)), "1.25 s");
}

TEST(ReportsTest, HtmlIsOnePageWithPlotsAndEscapesWhatItShows) {
  LoadReport report = NewReport(absl::Milliseconds(10));
  report.config.emplace_back("--model", "<script>");
  const std::string html = ReportHtml(report);
  EXPECT_THAT(html, AllOf(HasSubstr("<svg"), HasSubstr("polyline"),
                          HasSubstr("100 calls/s"), HasSubstr("&lt;script&gt;"),
                          HasSubstr("prefers-color-scheme:dark"),
                          Not(HasSubstr("<script")), Not(HasSubstr("http:")),
                          Not(HasSubstr("https:"))));
}

// Its queue took 2 ms of every call.
ServerStretch NewStretch(absl::Duration start, absl::Duration length) {
  ServerStretch stretch;
  stretch.start = start;
  stretch.length = length;
  stretch.stages = {{"queue", 100, 0.002}};
  stretch.requests = {{"EncodeImage", 100, 0.008}};
  stretch.batch_sizes = {{"image", 50, 2}};
  stretch.cpu_cores = 1.5;
  return stretch;
}

TEST(ReportsTest, ShowsTheServerBesideTheClient) {
  LoadReport report = NewReport(absl::Milliseconds(10));
  RunReport& run = report.runs[0];
  run.server = NewStretch(absl::ZeroDuration(), absl::Seconds(10));
  run.server_windows = {NewStretch(absl::ZeroDuration(), absl::Seconds(5)),
                        NewStretch(absl::Seconds(5), absl::Seconds(5))};
  const auto json = nlohmann::json::parse(ReportJson(report));
  const auto& metrics = json["runs"][0]["server_metrics"];
  EXPECT_EQ(metrics["stages"]["queue"]["mean_ms"], 2);
  EXPECT_EQ(metrics["cpu_cores"], 1.5);
  ASSERT_EQ(metrics["windows"].size(), 2u);
  EXPECT_EQ(metrics["windows"][1]["start_s"], 5);
  EXPECT_EQ(metrics["windows"][1]["stages"]["queue"]["mean_ms"], 2);
  EXPECT_THAT(ReportHtml(report),
              AllOf(HasSubstr("where the time went"), HasSubstr("stage: queue"),
                    HasSubstr("Stages of the server")));
  EXPECT_THAT(RunText(run, absl::Seconds(1)),
              AllOf(HasSubstr("queue 2.0 ms"), HasSubstr("1.50 cores")));
}

TEST(ReportsTest, ASweepHasChartsOfItsOwn) {
  LoadReport report = NewReport(absl::Milliseconds(10));
  EXPECT_THAT(SweepCharts(report), IsEmpty());
  report.runs.push_back(NewRun("50 calls/s", absl::Milliseconds(5)));
  report.runs[1].rate = 50;
  const std::vector<Chart> charts = SweepCharts(report);
  ASSERT_THAT(charts, ::testing::SizeIs(2));
  // By rate, whatever the order of the runs.
  EXPECT_EQ(charts[0].series[0].points[0].x, 50);
  EXPECT_NEAR(charts[0].series[2].points[0].y, 5, 0.1);
  EXPECT_THAT(ReportHtml(report), HasSubstr("Latency against load"));
}

TEST(ReportsTest, TheLastPercentileOfItsChartIsTheLargestTime) {
  const RunReport run = NewRun("100 calls/s", absl::Milliseconds(10));
  const Chart chart = RunCharts(run)[0];
  EXPECT_NEAR(chart.series[0].points.back().y,
              absl::ToDoubleMilliseconds(run.result.latency.max()), 0.05);
  EXPECT_NEAR(chart.series[0].points.front().y, 9, 0.1);
}

// Big-endian, as PNG has it.
uint32_t NumberAt(const std::string& file, size_t at) {
  uint32_t number = 0;
  for (size_t i = at; i < at + 4; ++i) {
    number = number << 8 | static_cast<unsigned char>(file[i]);
  }
  return number;
}

TEST(ReportsTest, ThePictureHasAllCharts) {
  LoadReport report = NewReport(absl::Milliseconds(10));
  if (!CanDrawPng()) {
    EXPECT_THAT(ReportPng(report), StatusIs(absl::StatusCode::kUnimplemented));
    return;
  }
  const auto one_run = ReportPng(report);
  ASSERT_THAT(one_run, IsOk());
  EXPECT_THAT(*one_run, ::testing::StartsWith("\x89PNG\r\n\x1a\n"));
  report.runs.push_back(NewRun("200 calls/s", absl::Milliseconds(30)));
  const auto two_runs = ReportPng(report);
  ASSERT_THAT(two_runs, IsOk());
  EXPECT_EQ(NumberAt(*one_run, 16), NumberAt(*two_runs, 16));
  // Two rows for the charts of a run, one for those of all.
  EXPECT_GT(NumberAt(*two_runs, 20), 2 * NumberAt(*one_run, 20));
}

std::vector<std::string> RegressionsOf(const LoadReport& before,
                                       const LoadReport& after) {
  const auto changes =
      CompareReports(ReportJson(before), ReportJson(after), 0.1);
  EXPECT_THAT(changes, IsOk());
  std::vector<std::string> names;
  for (const FigureChange& change : *changes) {
    if (change.is_regression) names.push_back(change.figure);
  }
  return names;
}

TEST(ReportsTest, TheSameIsNoRegression) {
  const LoadReport report = NewReport(absl::Milliseconds(10));
  EXPECT_THAT(RegressionsOf(report, report), IsEmpty());
  EXPECT_THAT(RegressionsOf(report, NewReport(absl::Milliseconds(10.5))),
              IsEmpty());
  EXPECT_THAT(RegressionsOf(report, NewReport(absl::Milliseconds(5))),
              IsEmpty());
}

TEST(ReportsTest, SlowerAndWorseIsARegression) {
  EXPECT_THAT(RegressionsOf(NewReport(absl::Milliseconds(10)),
                            NewReport(absl::Milliseconds(20))),
              ::testing::ElementsAre("p50 ms", "p99 ms"));
  EXPECT_THAT(RegressionsOf(NewReport(absl::Milliseconds(10)),
                            NewReport(absl::Milliseconds(10), 200)),
              ::testing::ElementsAre("good calls/s", "bad %"));
}

TEST(ReportsTest, AFewSlowCallsAreWithinChance) {
  LoadReport before = NewReport(absl::Milliseconds(10));
  LoadReport after = NewReport(absl::Milliseconds(10));
  // 11 of 1011 calls: p99 jumps, and its interval says by how little.
  for (int i = 0; i < 11; ++i) {
    after.runs[0].result.outcomes.Add(Outcome::kOk);
    after.runs[0].result.latency.Record(absl::Milliseconds(40));
  }
  after.runs[0].result.sent_in_time += 11;
  EXPECT_THAT(RegressionsOf(before, after), IsEmpty());
}

TEST(ReportsTest, RefusesToCompareWhatMeasuresNothing) {
  const std::string good = ReportJson(NewReport(absl::Milliseconds(10)));
  LoadReport partial = NewReport(absl::Milliseconds(10));
  partial.partial_reason = "the run was interrupted";
  EXPECT_THAT(
      CompareReports(good, ReportJson(partial), 0.1),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("second")));
  LoadReport other = NewReport(absl::Milliseconds(10));
  other.runs[0].label = "8 callers";
  EXPECT_THAT(
      CompareReports(good, ReportJson(other), 0.1),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("in common")));
  for (const char* text : {"", "{}", "[]", "{\"partial\":false,\"valid\":true}",
                           "{\"partial\":false,\"valid\":true,\"runs\":[1]}"}) {
    EXPECT_THAT(CompareReports(text, good, 0.1),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

}  // namespace
}  // namespace clip::client::load
