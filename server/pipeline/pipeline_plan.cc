#include "server/pipeline/pipeline_plan.h"

#include "model/base/usable_cores.h"

namespace clip::server {
namespace {

// A GPU chooses other kernels for other sizes and loads each when it is first
// used, so that more sizes are worth a warm-up.
constexpr int kWarmUpGrowth = 8;
constexpr int kWarmUpGrowthOnGpu = 2;

bool IsOnCpu(const model::LoadedModel& model) {
  return model.encoder->info().device == "cpu";
}

int ExecutorThreads(const BatchingPipelineOptions& options,
                    const model::LoadedModel& model) {
  if (options.executor_threads > 0) return options.executor_threads;
  return IsOnCpu(model) ? 1 : 2;
}

int DecodeThreads(const BatchingPipelineOptions& options) {
  if (options.decode_threads > 0) return options.decode_threads;
  return model::UsableCores();
}

batching::BatchQueueOptions QueueOptions(const BatchingPipelineOptions& options,
                                         const model::LoadedModel& model) {
  batching::BatchPolicyOptions policy;
  if (!model.encoder->info().pads_texts) {
    policy.padding = batching::Padding::kNone;
  }
  policy.max_batch_size = options.max_batch_size;
  policy.max_batch_delay = options.max_batch_delay;
  if (options.target_latency > absl::ZeroDuration()) {
    policy.target_latency = options.target_latency;
  }
  // Room for what admission lets in and, beside it, for a warm-up.
  return {options.admission.max_queue_items + options.max_batch_size, policy};
}

}  // namespace

absl::Status CheckModel(const model::LoadedModel& model) {
  if (model.encoder == nullptr || model.image_preprocessor == nullptr) {
    return absl::InvalidArgumentError(
        "the model lacks its encoder or its image preprocessor");
  }
  const model::ModelInfo& info = model.encoder->info();
  if (info.embed_dim < 1 || info.context_length < 1 || info.vocab_size < 1) {
    return absl::InvalidArgumentError("the model's dimensions are not known");
  }
  for (const auto& replica : model.replicas) {
    if (replica == nullptr || replica->info().embed_dim != info.embed_dim) {
      return absl::InvalidArgumentError(
          "a replica is not a copy of the model's encoder");
    }
  }
  return absl::OkStatus();
}

PipelinePlan PlanPipeline(const BatchingPipelineOptions& options,
                          const model::LoadedModel& model) {
  PipelinePlan plan;
  plan.executor_threads = ExecutorThreads(options, model);
  const int devices = 1 + static_cast<int>(model.replicas.size());
  plan.executors = plan.executor_threads * devices;
  plan.decode_threads = DecodeThreads(options);
  plan.queue = QueueOptions(options, model);
  plan.warm_up.growth = IsOnCpu(model) ? kWarmUpGrowth : kWarmUpGrowthOnGpu;
  plan.warm_up.max_rows = options.max_batch_size;
  return plan;
}

}  // namespace clip::server
