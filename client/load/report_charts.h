#ifndef CLIENT_LOAD_REPORT_CHARTS_H_
#define CLIENT_LOAD_REPORT_CHARTS_H_

#include <vector>

#include "client/load/chart.h"
#include "client/load/load_report.h"

namespace clip::client::load {

// The charts of one run, those without points left out: latency by percentile
// with its confidence, latency over time, calls a second over time, and the
// stages of the server beside what the client saw.
std::vector<Chart> RunCharts(const RunReport& run);

// The charts of several runs: latency and good calls against the rate that was
// asked for, or the number of callers. None for a single run, or for runs that
// have neither.
std::vector<Chart> SweepCharts(const LoadReport& report);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_REPORT_CHARTS_H_
