#ifndef CLIENT_LOAD_SERVER_METRICS_H_
#define CLIENT_LOAD_SERVER_METRICS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

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
// (clip_stage_duration_seconds), of whole calls
// (clip_request_duration_seconds; not of streams), of batch sizes
// (clip_batch_size), of what waits (clip_queue_items) and of the processor time
// that it used (process_cpu_seconds_total). Lines that cannot be read are
// skipped: the page is the server's.
struct ServerMetrics {
  MetricTotals stages;
  MetricTotals requests;
  MetricTotals batch_sizes;
  // Items at the moment of the page, of all towers.
  double queue_items = 0;
  double cpu_seconds = 0;
};
ServerMetrics ParseServerMetrics(absl::string_view page);

// Means over what came between two pages; nothing for what did not move, or
// went back because the server was restarted.
std::vector<MetricMean> MeansBetween(const MetricTotals& before,
                                     const MetricTotals& after);

// What the server says of one stretch of a run.
struct ServerStretch {
  // Since the end of the warm-up; of the pages, so near those of the windows.
  absl::Duration start;
  absl::Duration length;
  std::vector<MetricMean> stages;
  // Means of whole calls by method, without the network and the client.
  std::vector<MetricMean> requests;
  std::vector<MetricMean> batch_sizes;
  // Waiting at the end of it.
  double queue_items = 0;
  // Cores that the server kept busy.
  double cpu_cores = 0;
};
ServerStretch StretchBetween(const ServerMetrics& before, absl::Duration start,
                             const ServerMetrics& after, absl::Duration end);

// One mean of all, weighed by how many there were; 0 where there are none.
double MeanOf(const std::vector<MetricMean>& means);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_SERVER_METRICS_H_
