#ifndef SERVER_PIPELINE_PIPELINE_PLAN_H_
#define SERVER_PIPELINE_PIPELINE_PLAN_H_

#include "absl/status/status.h"
#include "model/load_model.h"
#include "server/batching/batch_queue.h"
#include "server/pipeline/batching_pipeline_options.h"
#include "server/pipeline/sample_runs.h"

namespace clip::server {

// How many threads a pipeline starts, and how much it lets wait.
struct PipelinePlan {
  // Those that run batches, of each device.
  int executor_threads = 1;
  // Batches that run at the same time, on all devices.
  int executors = 1;
  int decode_threads = 1;
  batching::BatchQueueOptions queue;
  WarmUpSizes warm_up;
};

// INVALID_ARGUMENT for a model that lacks a part or a dimension, or whose
// replicas are not copies of its encoder.
absl::Status CheckModel(const model::LoadedModel& model);

// What the options leave open is chosen by the model's device and this
// machine's cores. REQUIRES: CheckModel accepts the model.
PipelinePlan PlanPipeline(const BatchingPipelineOptions& options,
                          const model::LoadedModel& model);

}  // namespace clip::server

#endif  // SERVER_PIPELINE_PIPELINE_PLAN_H_
