#include "server/pipeline/batching_pipeline.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "model/base/status_macros.h"
#include "server/admission/admission_controller.h"
#include "server/batching/batch_executor.h"
#include "server/batching/batch_queue.h"
#include "server/batching/lane.h"
#include "server/pipeline/call_check.h"
#include "server/pipeline/call_counter.h"
#include "server/pipeline/call_line.h"
#include "server/pipeline/call_refusal.h"
#include "server/pipeline/decode_pool.h"
#include "server/pipeline/item_preprocessor.h"
#include "server/pipeline/meeting.h"
#include "server/pipeline/pipeline_call.h"
#include "server/pipeline/pipeline_plan.h"
#include "server/pipeline/replica.h"
#include "server/pipeline/sample_runs.h"

namespace clip::server {
namespace {

using batching::kLanes;
using batching::Lane;

constexpr char kShuttingDown[] = "the server is shutting down";

}  // namespace

// Members are in order of lifetime: what stands below uses what stands above,
// and the threads stand last.
class BatchingPipeline::Impl {
 public:
  Impl(model::LoadedModel model, const BatchingPipelineOptions& options,
       batching::Clock& clock, PipelineObserver& observer);
  ~Impl();

  void Encode(std::vector<PipelineItem> items, CallOptions options, Done done);
  absl::Status WarmUp();
  absl::Status Drain(absl::Time deadline);

  const model::ModelInfo& info() const { return model_.encoder->info(); }
  const batching::BatchExecutor& executor() const { return executor_; }
  const BatchingPipelineOptions& options() const { return options_; }
  int consecutive_failed_batches() const;

 private:
  absl::Status Check(const ArrivedCall& call) const;
  AdmissionResult Admit(const ArrivedCall& call);
  CallResult Refusal(const ArrivedCall& call,
                     const AdmissionRefusal& refusal) const;
  void Refuse(std::optional<RejectReason> reason, CallResult result,
              const Done& done);
  // Starts or ends a call that has been admitted or refused.
  void Settle(CallLine::Outcome outcome);
  void Settle(std::vector<CallLine::Outcome> outcomes);
  void Start(PipelineCall::Parts parts);
  void PrepareItem(const std::shared_ptr<PipelineCall>& call, size_t index);
  std::vector<std::unique_ptr<Replica>> MakeReplicas();
  std::vector<batching::RunBatch> MakeRuns();
  void RunBatch(Replica& replica, Lane lane,
                absl::Span<const std::unique_ptr<batching::BatchTask>> tasks);

  const BatchingPipelineOptions options_;
  const model::LoadedModel model_;
  const PipelinePlan plan_;
  batching::Clock& clock_;
  PipelineObserver& observer_;
  CallCounter calls_;
  AdmissionController admission_;
  CallLine line_;
  ItemPreprocessor preprocessor_;
  const std::vector<std::unique_ptr<Replica>> replicas_;
  std::atomic<bool> aborted_{false};
  Meeting warm_up_meeting_;
  batching::BatchQueue queue_;
  SampleRuns samples_;
  batching::BatchExecutor executor_;
  DecodePool decode_pool_;
};

BatchingPipeline::Impl::Impl(model::LoadedModel model,
                             const BatchingPipelineOptions& options,
                             batching::Clock& clock, PipelineObserver& observer)
    : options_(options),
      model_(std::move(model)),
      plan_(PlanPipeline(options, model_)),
      clock_(clock),
      observer_(observer),
      calls_(clock),
      admission_(options.admission, {options.max_batch_size, plan_.executors}),
      line_([this](const ArrivedCall& call) { return Admit(call); }),
      preprocessor_(model_, size_t{2} * options.max_batch_size),
      replicas_(MakeReplicas()),
      queue_(plan_.queue, clock, observer),
      samples_(preprocessor_, queue_, clock, warm_up_meeting_, plan_.executors),
      executor_({plan_.executor_threads, "batch"}, MakeRuns(), queue_, clock,
                observer),
      decode_pool_({plan_.decode_threads, "decode"}, clock) {}

std::vector<std::unique_ptr<Replica>> BatchingPipeline::Impl::MakeReplicas() {
  std::vector<std::unique_ptr<Replica>> replicas;
  const auto add = [&](model::Encoder& encoder) {
    replicas.push_back(
        std::make_unique<Replica>(encoder, preprocessor_, clock_, observer_));
  };
  add(*model_.encoder);
  for (const auto& encoder : model_.replicas) add(*encoder);
  return replicas;
}

std::vector<batching::RunBatch> BatchingPipeline::Impl::MakeRuns() {
  std::vector<batching::RunBatch> runs;
  for (const auto& replica : replicas_) {
    runs.emplace_back([this, &replica = *replica](Lane lane, auto tasks) {
      RunBatch(replica, lane, tasks);
    });
  }
  return runs;
}

BatchingPipeline::Impl::~Impl() {
  Drain(absl::InfinitePast()).IgnoreError();
  // The pool first: its last jobs may still hand rows to the queue.
  decode_pool_.Stop();
  executor_.Stop();
}

absl::Status BatchingPipeline::Impl::Check(const ArrivedCall& call) const {
  return CheckCall(call, options_.admission.max_queue_items, clock_.Now());
}

AdmissionResult BatchingPipeline::Impl::Admit(const ArrivedCall& call) {
  const absl::Status checked = Check(call);
  if (!checked.ok()) {
    return AdmissionRefusal{*ReasonOf(checked), absl::ZeroDuration()};
  }
  AdmissionRequest request;
  request.priority = call.options.priority;
  // Who waits in line does so until the deadline, however long it seems.
  if (!call.options.on_admitted) request.deadline = call.options.deadline;
  request.bytes =
      ItemPreprocessor::BytesBeside(call.items, call.options.request_bytes);
  for (const PipelineItem& item : call.items) {
    ++request.items[ItemPreprocessor::LaneOf(item)];
    request.bytes += preprocessor_.HeldBytes(item);
  }
  for (const Lane lane : kLanes) {
    if (request.items[lane] == 0) continue;
    request.preprocess_wait =
        std::max(request.preprocess_wait,
                 decode_pool_.EstimatedWait({lane, request.priority}));
  }
  request.backlog = queue_.backlog();
  return admission_.Admit(request, clock_.Now());
}

void BatchingPipeline::Impl::Refuse(std::optional<RejectReason> reason,
                                    CallResult result, const Done& done) {
  if (reason) observer_.OnRejected(*reason);
  done(std::move(result));
}

void BatchingPipeline::Impl::Encode(std::vector<PipelineItem> items,
                                    CallOptions options, Done done) {
  if (!calls_.Begin()) {
    return Refuse(RejectReason::kDraining,
                  FailedCall(absl::UnavailableError(kShuttingDown)), done);
  }
  options.deadline = clock_.FromWallTime(options.deadline);
  std::optional<CallLine::Outcome> outcome =
      line_.Enter({std::move(items), std::move(options), std::move(done)});
  if (outcome) Settle(*std::move(outcome));
}

CallResult BatchingPipeline::Impl::Refusal(
    const ArrivedCall& call, const AdmissionRefusal& refusal) const {
  const absl::Status checked = Check(call);
  return checked.ok() ? RefusedCall(refusal) : FailedCall(checked);
}

void BatchingPipeline::Impl::Settle(CallLine::Outcome outcome) {
  ArrivedCall& call = outcome.call;
  if (const auto* refusal = std::get_if<AdmissionRefusal>(&outcome.result)) {
    const absl::Cleanup ended = [this] { calls_.End(); };
    return Refuse(refusal->reason, Refusal(call, *refusal), call.done);
  }
  // From here on the end of the call, not of this function, is what counts.
  if (call.options.on_admitted) call.options.on_admitted();
  Start({std::move(call.items), std::move(call.options),
         std::get<AdmissionPermit>(std::move(outcome.result)),
         std::move(call.done),
         [this] {
           Settle(line_.Advance());
           calls_.End();
         },
         clock_.Now()});
}

void BatchingPipeline::Impl::Settle(std::vector<CallLine::Outcome> outcomes) {
  for (CallLine::Outcome& outcome : outcomes) Settle(std::move(outcome));
}

void BatchingPipeline::Impl::Start(PipelineCall::Parts parts) {
  auto call = std::make_shared<PipelineCall>(std::move(parts));
  std::vector<DecodeJob> jobs;
  jobs.reserve(call->size());
  for (size_t i = 0; i < call->size(); ++i) {
    jobs.push_back({{ItemPreprocessor::LaneOf(call->item(i)), call->priority()},
                    [this, call, i] { PrepareItem(call, i); }});
  }
  decode_pool_.Submit(std::move(jobs));
}

void BatchingPipeline::Impl::PrepareItem(
    const std::shared_ptr<PipelineCall>& call, size_t index) {
  const absl::Time start = clock_.Now();
  if (aborted_.load(std::memory_order_relaxed)) {
    call->Fail(absl::UnavailableError(kShuttingDown));
  }
  if (call->WantsItem(index, start)) {
    const PipelineItem& item = call->item(index);
    absl::StatusOr<PreparedRow> row = preprocessor_.Prepare(item);
    if (row.ok()) {
      call->OnItemPrepared(index, *std::move(row));
    } else {
      call->OnItemFailed(index, std::move(row).status());
    }
    observer_.OnPreprocessed(ItemPreprocessor::LaneOf(item),
                             clock_.Now() - start);
  }
  switch (call->FinishItem(clock_.Now())) {
    case PipelineCall::Preparation::kPending:
      return;
    case PipelineCall::Preparation::kReady:
      return queue_.Push(MakeRowTasks(call, call->TakeRows()));
    case PipelineCall::Preparation::kFailed:
      if (const auto reason = ReasonOf(call->failure())) {
        observer_.OnRejected(*reason);
      }
      call->End();
  }
}

void BatchingPipeline::Impl::RunBatch(
    Replica& replica, Lane lane,
    absl::Span<const std::unique_ptr<batching::BatchTask>> tasks) {
  warm_up_meeting_.ArriveAndWait();
  replica.Run(lane, tasks);
}

int BatchingPipeline::Impl::consecutive_failed_batches() const {
  int most = 0;
  for (const auto& replica : replicas_) {
    most = std::max(most, replica->consecutive_failed_batches());
  }
  return most;
}

absl::Status BatchingPipeline::Impl::WarmUp() {
  if (!calls_.Begin()) return absl::UnavailableError(kShuttingDown);
  absl::Cleanup ended = [this] { calls_.End(); };
  for (const Lane lane : kLanes) {
    CLIP_RETURN_IF_ERROR(samples_.WarmUp(lane, plan_.warm_up));
  }
  return absl::OkStatus();
}

absl::Status BatchingPipeline::Impl::Drain(absl::Time deadline) {
  if (calls_.CloseAndWait(deadline)) return absl::OkStatus();
  aborted_.store(true, std::memory_order_relaxed);
  warm_up_meeting_.Cancel();
  Settle(line_.Close());
  queue_.Abort(absl::UnavailableError(kShuttingDown));
  return absl::DeadlineExceededError("calls were still in work");
}

absl::StatusOr<std::unique_ptr<BatchingPipeline>> BatchingPipeline::Create(
    model::LoadedModel model, const BatchingPipelineOptions& options,
    batching::Clock& clock, PipelineObserver& observer) {
  CLIP_RETURN_IF_ERROR(Validate(options));
  CLIP_RETURN_IF_ERROR(CheckModel(model));
  auto impl =
      std::make_unique<Impl>(std::move(model), options, clock, observer);
  return std::unique_ptr<BatchingPipeline>(
      new BatchingPipeline(std::move(impl)));
}

BatchingPipeline::BatchingPipeline(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

BatchingPipeline::~BatchingPipeline() = default;

void BatchingPipeline::Encode(std::vector<PipelineItem> items,
                              CallOptions options, Done done) {
  impl_->Encode(std::move(items), std::move(options), std::move(done));
}

absl::Status BatchingPipeline::WarmUp() { return impl_->WarmUp(); }

absl::Status BatchingPipeline::Drain(absl::Time deadline) {
  return impl_->Drain(deadline);
}

const model::ModelInfo& BatchingPipeline::model_info() const {
  return impl_->info();
}

absl::Time BatchingPipeline::last_progress() const {
  return impl_->executor().last_progress();
}

bool BatchingPipeline::IsStuck(absl::Time now) const {
  return impl_->executor().LongestRunning(now) > impl_->options().stuck_after;
}

int BatchingPipeline::consecutive_failed_batches() const {
  return impl_->consecutive_failed_batches();
}

}  // namespace clip::server
