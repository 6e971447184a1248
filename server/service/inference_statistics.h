#ifndef SERVER_SERVICE_INFERENCE_STATISTICS_H_
#define SERVER_SERVICE_INFERENCE_STATISTICS_H_

#include <cstdint>
#include <map>

#include "absl/time/time.h"
#include "inference/grpc_service.pb.h"
#include "server/batching/mutex.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/service/served_models.h"

namespace clip::server {

// What came of the ModelInfer calls of each model, as Triton's clients ask for
// it. Totals only: what an operator watches is in the metrics.
//
// Thread-safe. `models` must outlive it.
class InferenceStatistics {
 public:
  explicit InferenceStatistics(const ServedModels& models);

  // A call that ended at `now`, `total` after its arrival. REQUIRES: the model
  // is one of `models`.
  void RecordSuccess(const ServedModel& model, const CallResult& result,
                     absl::Duration total, absl::Time now);
  void RecordFailure(const ServedModel& model, absl::Duration total,
                     absl::Time now);

  inference::ModelStatistics Write(const ServedModel& model) const;

 private:
  struct Sum {
    uint64_t calls = 0;
    absl::Duration time;

    void Add(absl::Duration duration) {
      ++calls;
      time += duration;
    }
  };
  struct Totals {
    Sum success;
    Sum failure;
    Sum queue;
    Sum preprocess;
    Sum forward;
    uint64_t items = 0;
    absl::Time last = absl::UnixEpoch();
  };

  static inference::StatisticDuration WriteSum(const Sum& sum);

  mutable batching::Mutex mutex_;
  // Has every model from the start.
  std::map<const ServedModel*, Totals> totals_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_INFERENCE_STATISTICS_H_
