#ifndef CLIENT_LOAD_REPORT_COMPARE_H_
#define CLIENT_LOAD_REPORT_COMPARE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace clip::client::load {

// One figure of one run in both reports.
struct FigureChange {
  std::string run;
  // Such as "p99 ms".
  std::string figure;
  double before = 0;
  double after = 0;
  // Worse by more than chance and the tolerance.
  bool is_regression = false;
};

// Compares the runs of the same label in two documents of ReportJson: median
// and 99th percentile of the latency, good calls a second, and the percentage
// of calls that went wrong.
//
// A latency is a regression where it grew by more than the part `tolerance` and
// the confidence intervals do not touch; a rate where it fell by more than
// `tolerance`; the percentage where it grew by more than one point.
//
// INVALID_ARGUMENT where a document is not such a report, or no run is in both;
// FAILED_PRECONDITION where one is partial or not valid, and so is no measure
// of the server.
absl::StatusOr<std::vector<FigureChange>> CompareReports(
    absl::string_view before, absl::string_view after, double tolerance);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_REPORT_COMPARE_H_
