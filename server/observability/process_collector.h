#ifndef SERVER_OBSERVABILITY_PROCESS_COLLECTOR_H_
#define SERVER_OBSERVABILITY_PROCESS_COLLECTOR_H_

#include <vector>

#include "prometheus/collectable.h"
#include "prometheus/metric_family.h"

namespace clip::server {

// The process's own memory, processor time, descriptors, threads and start
// time, read from /proc at each scrape under the names that Prometheus's
// client libraries use. What cannot be read is left out.
//
// Thread-safe.
class ProcessCollector final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_PROCESS_COLLECTOR_H_
