#include "server/service/inference_statistics.h"

namespace clip::server {

InferenceStatistics::InferenceStatistics(const ServedModels& models) {
  batching::MutexLock lock(mutex_);
  for (const ServedModel& model : models.all()) totals_[&model] = Totals();
}

void InferenceStatistics::RecordSuccess(const ServedModel& model,
                                        const CallResult& result,
                                        absl::Duration total, absl::Time now) {
  batching::MutexLock lock(mutex_);
  Totals& totals = totals_.at(&model);
  totals.success.Add(total);
  totals.queue.Add(result.timing.queue);
  totals.preprocess.Add(result.timing.preprocess);
  totals.forward.Add(result.timing.forward);
  totals.items += result.items.size();
  totals.last = now;
}

void InferenceStatistics::RecordFailure(const ServedModel& model,
                                        absl::Duration total, absl::Time now) {
  batching::MutexLock lock(mutex_);
  Totals& totals = totals_.at(&model);
  totals.failure.Add(total);
  totals.last = now;
}

inference::ModelStatistics InferenceStatistics::Write(
    const ServedModel& model) const {
  Totals totals;
  {
    batching::MutexLock lock(mutex_);
    totals = totals_.at(&model);
  }
  inference::ModelStatistics message;
  message.set_name(model.name);
  message.set_version(model.info.checkpoint_sha256);
  message.set_last_inference(absl::ToUnixMillis(totals.last));
  message.set_inference_count(totals.items);
  inference::InferStatistics& stats = *message.mutable_inference_stats();
  *stats.mutable_success() = WriteSum(totals.success);
  *stats.mutable_fail() = WriteSum(totals.failure);
  *stats.mutable_queue() = WriteSum(totals.queue);
  *stats.mutable_compute_input() = WriteSum(totals.preprocess);
  *stats.mutable_compute_infer() = WriteSum(totals.forward);
  return message;
}

inference::StatisticDuration InferenceStatistics::WriteSum(const Sum& sum) {
  inference::StatisticDuration message;
  message.set_count(sum.calls);
  message.set_ns(absl::ToInt64Nanoseconds(sum.time));
  return message;
}

}  // namespace clip::server
