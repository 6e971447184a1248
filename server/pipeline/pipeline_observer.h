#ifndef SERVER_PIPELINE_PIPELINE_OBSERVER_H_
#define SERVER_PIPELINE_PIPELINE_OBSERVER_H_

#include "absl/time/time.h"
#include "server/admission/reject_reason.h"
#include "server/batching/batch_observer.h"
#include "server/batching/lane.h"

namespace clip::server {

// Sees what a pipeline does, its queue and its executor included. Thread-safe,
// quick, and called under no lock. Every method does nothing by default.
class PipelineObserver : public batching::BatchObserver {
 public:
  // One picture was decoded and resized, or one text tokenized, well or not,
  // in `elapsed` of a worker.
  virtual void OnPreprocessed(batching::Lane /*lane*/,
                              absl::Duration /*elapsed*/) {}

  // A call was refused.
  virtual void OnRejected(RejectReason /*reason*/) {}
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_PIPELINE_OBSERVER_H_
