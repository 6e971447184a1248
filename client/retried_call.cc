#include "client/retried_call.h"

#include <optional>
#include <string_view>
#include <utility>

#include "client/grpc_status.h"
#include "client/retry_advice.h"

namespace clip::client {
namespace {

std::optional<std::string_view> PushbackOf(const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find("grpc-retry-pushback-ms");
  if (found == trailers.end()) return std::nullopt;
  return std::string_view(found->second.data(), found->second.size());
}

}  // namespace

RetriedCall::RetriedCall(const Environment& environment, absl::Time deadline,
                         Attempt attempt, Done done)
    : environment_(environment),
      deadline_(deadline),
      attempt_(std::move(attempt)),
      done_(std::move(done)),
      timer_(environment.clock->NewTimer()) {}

void RetriedCall::Start() { StartAttempt(); }

void RetriedCall::Cancel() {
  std::shared_ptr<grpc::ClientContext> context;
  {
    MutexLock lock(mutex_);
    cancelled_ = true;
    context = context_;
  }
  if (context != nullptr) context->TryCancel();
  timer_->Cancel();
}

std::string RetriedCall::peer() {
  std::shared_ptr<grpc::ClientContext> context;
  {
    MutexLock lock(mutex_);
    context = context_;
  }
  return context == nullptr ? "" : context->peer();
}

void RetriedCall::StartAttempt() {
  auto context = std::make_shared<grpc::ClientContext>();
  context->set_deadline(absl::ToChronoTime(deadline_));
  // Borrowed only: the attempt may end, and Finish run on another thread,
  // before this function returns.
  grpc::ClientContext* const started = context.get();
  bool cancelled = false;
  bool is_retry = false;
  {
    MutexLock lock(mutex_);
    cancelled = cancelled_;
    context_.swap(context);
    is_retry = attempts_++ > 0;
  }
  // The context of the attempt before goes while the call goes on; see Finish.
  context.reset();
  if (cancelled) {
    Finish(absl::CancelledError("the caller cancelled the call"));
    return;
  }
  environment_.counter->OnAttempt(is_retry);
  // A Cancel from here on reaches the new context, even before the attempt has
  // started on it.
  attempt_(started, [self = shared_from_this()](const grpc::Status& status) {
    self->EndAttempt(status);
  });
}

void RetriedCall::EndAttempt(const grpc::Status& status) {
  if (status.ok()) {
    environment_.throttle->RecordSuccess();
    Finish(absl::OkStatus());
    return;
  }
  const absl::Status error = FromGrpcStatus(status);
  const FailedAttempt failure = Describe(error);
  if (failure.cancelled_by_caller && RetryPolicy::IsRetryable(failure)) {
    // The answer raced the cancellation, and nobody waits for another one.
    Finish(absl::CancelledError("the caller cancelled the call"));
    return;
  }
  const bool within_budget = !RetryPolicy::IsRetryable(failure) ||
                             environment_.throttle->RecordFailure();
  const std::optional<absl::Duration> delay =
      environment_.policy->DelayBeforeRetry(failure, (*environment_.random)());
  if (!within_budget || !delay.has_value()) {
    Finish(error);
    return;
  }
  WaitAndRetry(*delay);
}

FailedAttempt RetriedCall::Describe(const absl::Status& status) {
  MutexLock lock(mutex_);
  FailedAttempt failure;
  failure.attempt = attempts_;
  failure.code = status.code();
  failure.cancelled_by_caller = cancelled_;
  failure.advice = ReadRetryAdvice(PushbackOf(*context_), status);
  failure.time_left = deadline_ - environment_.clock->Now();
  return failure;
}

void RetriedCall::WaitAndRetry(absl::Duration delay) {
  timer_->Set(delay, [self = shared_from_this()] { self->StartAttempt(); });
  // A Cancel that came before Set found no wait to end.
  if (cancelled()) timer_->Cancel();
}

void RetriedCall::Finish(absl::Status status) {
  // The context refers to the channel, and after `done_` the caller may drop
  // its own reference. The last one must not go on a callback thread: gRPC then
  // makes that thread join itself.
  std::shared_ptr<grpc::ClientContext> context;
  {
    MutexLock lock(mutex_);
    context = std::exchange(context_, nullptr);
  }
  context.reset();
  done_(std::move(status));
}

bool RetriedCall::cancelled() {
  MutexLock lock(mutex_);
  return cancelled_;
}

}  // namespace clip::client
