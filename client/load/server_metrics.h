#ifndef CLIENT_LOAD_SERVER_METRICS_H_
#define CLIENT_LOAD_SERVER_METRICS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace clip::client::load {

// Sum and count of one histogram.
struct HistogramTotals {
  double sum = 0;
  double count = 0;
};

// By name for people, such as "queue"; series that differ in other labels are
// added up.
using MetricTotals = std::map<std::string, HistogramTotals>;

// What one run added to a histogram of the server.
struct MetricMean {
  std::string name;
  double count = 0;
  // Seconds, or items for a batch size.
  double mean = 0;
};

// What a server's page of metrics says of the stages of a call
// (clip_stage_duration_seconds), of whole calls (clip_request_duration_seconds)
// and of batch sizes (clip_batch_size). Lines that cannot be read are skipped:
// the page is the server's.
struct ServerMetrics {
  MetricTotals stages;
  MetricTotals requests;
  MetricTotals batch_sizes;
};
ServerMetrics ParseServerMetrics(absl::string_view page);

// Means over what came between two pages; nothing for what did not move, or
// went back because the server was restarted.
std::vector<MetricMean> MeansBetween(const MetricTotals& before,
                                     const MetricTotals& after);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_SERVER_METRICS_H_
