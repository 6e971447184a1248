#include "client/load/report_csv.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace clip::client::load {
namespace {

std::string CsvHeader() {
  std::string line = "run,window,start_s,length_s,calls";
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    absl::StrAppend(&line, ",", NameOf(static_cast<Outcome>(i)));
  }
  absl::StrAppend(&line, ",good_per_s,mean_ms");
  for (const ReportedQuantile& reported : kReportedQuantiles) {
    absl::StrAppend(&line, ",", reported.name, "_ms");
  }
  return line + ",max_ms,valid,partial\n";
}

std::string CsvMilliseconds(absl::Duration time) {
  return absl::StrFormat(",%.3f", absl::ToDoubleMilliseconds(time));
}

std::string CsvLine(const RunReport& run, const std::string& window,
                    absl::Duration start, absl::Duration length,
                    const CallStatistics& calls) {
  const double seconds = absl::ToDoubleSeconds(length);
  std::string line = absl::StrFormat("\"%s\",%s,%.3f,%.3f,%d", run.label,
                                     window, absl::ToDoubleSeconds(start),
                                     seconds, calls.outcomes.total());
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    absl::StrAppend(&line, ",", calls.outcomes[static_cast<Outcome>(i)]);
  }
  const auto good = static_cast<double>(calls.outcomes.good());
  absl::StrAppend(&line,
                  absl::StrFormat(",%.3f", seconds > 0 ? good / seconds : 0.0));
  absl::StrAppend(&line, CsvMilliseconds(calls.latency.Mean()));
  for (const ReportedQuantile& reported : kReportedQuantiles) {
    absl::StrAppend(&line,
                    CsvMilliseconds(calls.latency.Quantile(reported.quantile)));
  }
  absl::StrAppend(&line, CsvMilliseconds(calls.latency.max()), ",",
                  run.verdict.is_valid() ? "1" : "0", ",",
                  run.result.is_partial() ? "1" : "0", "\n");
  return line;
}

}  // namespace

std::string ReportCsv(const LoadReport& report) {
  std::string csv = CsvHeader();
  for (const RunReport& run : report.runs) {
    absl::StrAppend(&csv, CsvLine(run, "all", absl::ZeroDuration(),
                                  run.result.measured, run.result));
    for (size_t i = 0; i < run.result.windows.size(); ++i) {
      const WindowResult& window = run.result.windows[i];
      absl::StrAppend(&csv, CsvLine(run, absl::StrCat(i), window.start,
                                    window.length, window));
    }
  }
  return csv;
}

}  // namespace clip::client::load
