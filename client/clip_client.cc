#include "client/clip_client.h"

#include <clip/v1/clip.grpc.pb.h>
#include <clip/v1/clip.pb.h>
#include <grpc/health/v1/health.grpc.pb.h>
#include <grpc/health/v1/health.pb.h>

#include <array>
#include <functional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "client/blocking_answer.h"
#include "client/call_registry.h"
#include "client/channel.h"
#include "client/grpc_status.h"
#include "client/hedged_call.h"
#include "client/message_conversion.h"
#include "client/options_check.h"
#include "client/priority_metadata.h"
#include "client/reply_check.h"
#include "client/retried_call.h"
#include "client/static_targets.h"
#include "client/stream_session.h"

namespace clip::client {
namespace {

using AsyncStub = v1::ClipService::StubInterface::async_interface;

RetryOptions WithoutRetries() {
  RetryOptions options;
  options.max_attempts = 1;
  return options;
}

double Random() {
  thread_local absl::InsecureBitGen generator;
  return absl::Uniform<double>(generator, 0.0, 1.0);
}

}  // namespace

PendingCall::PendingCall(std::weak_ptr<CancellableCall> call)
    : call_(std::move(call)) {}

void PendingCall::Cancel() const {
  if (const std::shared_ptr<CancellableCall> call = call_.lock())
    call->Cancel();
}

class ClipClient::Impl {
 public:
  // One method of the stub's callback form.
  template <typename Request, typename Response>
  using Method = void (AsyncStub::*)(grpc::ClientContext*, const Request*,
                                     Response*,
                                     std::function<void(grpc::Status)>);

  Impl(ClipClientOptions options, const GrpcTarget& target, RetryPolicy policy)
      : options_(std::move(options)),
        policy_(policy),
        hedge_policy_(*RetryPolicy::Create(WithoutRetries())),
        throttle_(options_.retry.throttle_tokens,
                  options_.retry.throttle_refill),
        hedge_budget_(options_.hedging.tokens, options_.hedging.refill),
        stub_(v1::ClipService::NewStub(NewServingChannel(target, options_))),
        health_stub_(grpc::health::v1::Health::NewStub(
            NewHealthChannel(target, options_))) {}

  ~Impl() { registry_.CancelAndWait(); }

  // Sends `request` by `method` with retries; `done` gets the checked reply.
  template <typename Request, typename Response>
  PendingCall Call(Method<Request, Response> method, Request request,
                   const CallOptions& options,
                   std::function<void(absl::StatusOr<Response>)> done,
                   bool may_be_hedged = false);

  absl::StatusOr<Health> CheckHealth(const std::string& service,
                                     const CallOptions& options) const;

  absl::StatusOr<std::unique_ptr<EncodeStream>> OpenStream(
      StreamOptions options, EncodeStream::Answer answer) const;

  CallCounts counts() const { return counter_.counts(); }

 private:
  // Shared with the closures of a call, which end in any order.
  template <typename Request, typename Response>
  struct Exchange {
    Request request;
    std::array<Response, HedgedCall::kMaxLanes> responses;
  };

  absl::Time DeadlineOf(const CallOptions& options) const {
    return options_.retry_clock->Now() +
           (options.deadline > absl::ZeroDuration()
                ? options.deadline
                : options_.default_deadline);
  }

  Priority PriorityOf(Priority asked) const {
    return asked == Priority::kDefault ? options_.default_priority : asked;
  }

  RetriedCall::Environment Environment(const RetryPolicy& policy) {
    return {&policy, &throttle_, options_.retry_clock.get(), &options_.random,
            &counter_};
  }

  // Registers the call until `end` has returned, and starts it.
  PendingCall Start(const CallOptions& options, RetriedCall::Attempt attempt,
                    RetriedCall::Done end);
  // The same for a call that may be sent to a second server.
  using AttemptOfLane = std::function<RetriedCall::Attempt(size_t lane)>;
  PendingCall StartHedged(const CallOptions& options, AttemptOfLane attempt_of,
                          HedgedCall::Done end);

  const ClipClientOptions options_;
  const RetryPolicy policy_;
  // The first lane retries.
  const RetryPolicy hedge_policy_;
  RetryThrottle throttle_;
  HedgeBudget hedge_budget_;
  CallCounter counter_;
  // Shared with the streams, which may outlive the client.
  const std::shared_ptr<v1::ClipService::Stub> stub_;
  const std::unique_ptr<grpc::health::v1::Health::Stub> health_stub_;
  // Last, because the calls in flight use everything above.
  CallRegistry registry_;
};

PendingCall ClipClient::Impl::Start(const CallOptions& options,
                                    RetriedCall::Attempt attempt,
                                    RetriedCall::Done end) {
  // The call is known only after it has been made; its end must name it.
  auto self = std::make_shared<std::weak_ptr<RetriedCall>>();
  auto call = std::make_shared<RetriedCall>(
      Environment(policy_), DeadlineOf(options), std::move(attempt),
      [this, self, end = std::move(end)](const absl::Status& status) {
        // Also where the caller's callback throws.
        const absl::Cleanup ended = [&] { registry_.Remove(self->lock()); };
        end(status);
      });
  *self = call;
  registry_.Add(call);
  call->Start();
  return PendingCall(call);
}

PendingCall ClipClient::Impl::StartHedged(const CallOptions& options,
                                          AttemptOfLane attempt_of,
                                          HedgedCall::Done end) {
  const absl::Time deadline = DeadlineOf(options);
  auto self = std::make_shared<std::weak_ptr<HedgedCall>>();
  auto call = std::make_shared<HedgedCall>(
      HedgedCall::Environment{&hedge_budget_, &throttle_,
                              options_.retry_clock.get(), &counter_},
      options_.hedging.delay,
      [this, deadline, attempt_of = std::move(attempt_of)](
          size_t lane, RetriedCall::Done done) {
        return std::make_shared<RetriedCall>(
            Environment(lane == 0 ? policy_ : hedge_policy_), deadline,
            attempt_of(lane), std::move(done));
      },
      std::move(end), [this, self] { registry_.Remove(self->lock()); });
  *self = call;
  registry_.Add(call);
  call->Start();
  return PendingCall(call);
}

template <typename Request, typename Response>
PendingCall ClipClient::Impl::Call(
    Method<Request, Response> method, Request request,
    const CallOptions& options,
    std::function<void(absl::StatusOr<Response>)> done, bool may_be_hedged) {
  counter_.OnCall();
  const size_t bytes = request.ByteSizeLong();
  if (bytes > static_cast<size_t>(options_.max_message_bytes)) {
    done(absl::InvalidArgumentError(
        absl::StrCat("the request has ", bytes, " bytes, more than the ",
                     options_.max_message_bytes, " of max_message_bytes")));
    return PendingCall({});
  }
  auto exchange = std::make_shared<Exchange<Request, Response>>();
  exchange->request = std::move(request);
  const Priority priority = PriorityOf(options.priority);
  auto attempt_of = [this, method, exchange,
                     priority](size_t lane) -> RetriedCall::Attempt {
    return [this, method, exchange, priority, lane](
               grpc::ClientContext* context, RetriedCall::AttemptDone end) {
      AddPriority(priority, context);
      Response& response = exchange->responses[lane];
      response.Clear();
      (stub_->async()->*method)(context, &exchange->request, &response,
                                std::move(end));
    };
  };
  auto end = [exchange, done = std::move(done)](absl::Status status,
                                                size_t lane) {
    Response& response = exchange->responses[lane];
    if (status.ok()) status = CheckReply(exchange->request, response);
    if (!status.ok()) return done(std::move(status));
    done(std::move(response));
  };
  if (may_be_hedged && options_.hedging.delay > absl::ZeroDuration()) {
    return StartHedged(options, std::move(attempt_of), std::move(end));
  }
  return Start(
      options, attempt_of(0),
      [end = std::move(end)](const absl::Status& status) { end(status, 0); });
}

absl::StatusOr<Health> ClipClient::Impl::CheckHealth(
    const std::string& service, const CallOptions& options) const {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(DeadlineOf(options)));
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  grpc::health::v1::HealthCheckResponse response;
  const grpc::Status status = health_stub_->Check(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response.status() == grpc::health::v1::HealthCheckResponse::SERVING
             ? Health::kServing
             : Health::kNotServing;
}

absl::StatusOr<std::unique_ptr<EncodeStream>> ClipClient::Impl::OpenStream(
    StreamOptions options, EncodeStream::Answer answer) const {
  absl::Status valid = CheckOptions(options);
  if (!valid.ok()) return valid;
  const absl::StatusOr<RetryPolicy> policy = RetryPolicy::Create(options.retry);
  if (!policy.ok()) return policy.status();
  const size_t name_bytes = options.model.size();
  if (name_bytes >= static_cast<size_t>(options_.max_message_bytes)) {
    return absl::InvalidArgumentError("model is longer than max_message_bytes");
  }
  StreamSession::Settings settings{
      {std::move(options.model), ToMessage(options.embedding),
       PriorityOf(options.priority),
       options.deadline > absl::ZeroDuration()
           ? options_.retry_clock->Now() + options.deadline
           : absl::InfiniteFuture()},
      {options.max_items, options.max_bytes, options.max_item_sends},
      static_cast<size_t>(options_.max_message_bytes) - name_bytes,
      *policy};
  return std::make_unique<EncodeStream>(std::make_shared<StreamSession>(
      stub_, StreamSession::Environment{options_.retry_clock, options_.random},
      std::move(settings), std::move(answer)));
}

absl::StatusOr<std::unique_ptr<ClipClient>> ClipClient::Create(
    ClipClientOptions options) {
  const absl::Status valid = CheckOptions(options);
  if (!valid.ok()) return valid;
  const absl::StatusOr<RetryPolicy> policy = RetryPolicy::Create(options.retry);
  if (!policy.ok()) return policy.status();
  const absl::StatusOr<GrpcTarget> target = ResolveTarget(options.target);
  if (!target.ok()) return target.status();
  if (options.retry_clock == nullptr) options.retry_clock = NewRealRetryClock();
  if (options.random == nullptr) options.random = Random;
  return std::unique_ptr<ClipClient>(new ClipClient(
      std::make_unique<Impl>(std::move(options), *target, *policy)));
}

ClipClient::ClipClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ClipClient::~ClipClient() = default;

PendingCall ClipClient::EncodeImageAsync(EncodeImageRequest request,
                                         const CallOptions& options,
                                         Callback<EncodeImageReply> done) {
  return impl_->Call<v1::EncodeImageRequest, v1::EncodeImageResponse>(
      &AsyncStub::EncodeImage, ToMessage(std::move(request)), options,
      [done = std::move(done)](absl::StatusOr<v1::EncodeImageResponse> answer) {
        if (!answer.ok()) return done(answer.status());
        done(FromMessage(*std::move(answer)));
      },
      /*may_be_hedged=*/true);
}

PendingCall ClipClient::EncodeTextAsync(EncodeTextRequest request,
                                        const CallOptions& options,
                                        Callback<EncodeTextReply> done) {
  return impl_->Call<v1::EncodeTextRequest, v1::EncodeTextResponse>(
      &AsyncStub::EncodeText, ToMessage(std::move(request)), options,
      [done = std::move(done)](absl::StatusOr<v1::EncodeTextResponse> answer) {
        if (!answer.ok()) return done(answer.status());
        done(FromMessage(*std::move(answer)));
      },
      /*may_be_hedged=*/true);
}

PendingCall ClipClient::SimilarityAsync(SimilarityRequest request,
                                        const CallOptions& options,
                                        Callback<SimilarityReply> done) {
  return impl_->Call<v1::SimilarityRequest, v1::SimilarityResponse>(
      &AsyncStub::Similarity, ToMessage(std::move(request)), options,
      [done = std::move(done)](
          const absl::StatusOr<v1::SimilarityResponse>& answer) {
        if (!answer.ok()) return done(answer.status());
        done(FromMessage(*answer));
      },
      /*may_be_hedged=*/true);
}

absl::StatusOr<EncodeImageReply> ClipClient::EncodeImage(
    EncodeImageRequest request, const CallOptions& options) {
  BlockingAnswer<EncodeImageReply> answer;
  EncodeImageAsync(std::move(request), options, answer.callback());
  return answer.Wait();
}

absl::StatusOr<EncodeTextReply> ClipClient::EncodeText(
    EncodeTextRequest request, const CallOptions& options) {
  BlockingAnswer<EncodeTextReply> answer;
  EncodeTextAsync(std::move(request), options, answer.callback());
  return answer.Wait();
}

absl::StatusOr<SimilarityReply> ClipClient::Similarity(
    SimilarityRequest request, const CallOptions& options) {
  BlockingAnswer<SimilarityReply> answer;
  SimilarityAsync(std::move(request), options, answer.callback());
  return answer.Wait();
}

absl::StatusOr<std::vector<ModelInfo>> ClipClient::ListModels(
    const CallOptions& options) {
  BlockingAnswer<v1::ListModelsResponse> answer;
  impl_->Call<v1::ListModelsRequest, v1::ListModelsResponse>(
      &AsyncStub::ListModels, {}, options, answer.callback());
  const absl::StatusOr<v1::ListModelsResponse> response = answer.Wait();
  if (!response.ok()) return response.status();
  return FromMessage(*response);
}

absl::StatusOr<ModelInfo> ClipClient::GetModel(std::string model,
                                               const CallOptions& options) {
  v1::GetModelRequest request;
  request.set_model(std::move(model));
  BlockingAnswer<v1::GetModelResponse> answer;
  impl_->Call<v1::GetModelRequest, v1::GetModelResponse>(
      &AsyncStub::GetModel, std::move(request), options, answer.callback());
  const absl::StatusOr<v1::GetModelResponse> response = answer.Wait();
  if (!response.ok()) return response.status();
  return FromMessage(response->model());
}

absl::StatusOr<PutLabelSetReply> ClipClient::PutLabelSet(
    PutLabelSetRequest request, const CallOptions& options) {
  BlockingAnswer<v1::PutLabelSetResponse> answer;
  impl_->Call<v1::PutLabelSetRequest, v1::PutLabelSetResponse>(
      &AsyncStub::PutLabelSet, ToMessage(std::move(request)), options,
      answer.callback());
  const absl::StatusOr<v1::PutLabelSetResponse> response = answer.Wait();
  if (!response.ok()) return response.status();
  return FromMessage(*response);
}

absl::StatusOr<std::vector<LabelSet>> ClipClient::ListLabelSets(
    std::string model, const CallOptions& options) {
  v1::ListLabelSetsRequest request;
  request.set_model(std::move(model));
  BlockingAnswer<v1::ListLabelSetsResponse> answer;
  impl_->Call<v1::ListLabelSetsRequest, v1::ListLabelSetsResponse>(
      &AsyncStub::ListLabelSets, std::move(request), options,
      answer.callback());
  const absl::StatusOr<v1::ListLabelSetsResponse> response = answer.Wait();
  if (!response.ok()) return response.status();
  return FromMessage(*response);
}

absl::Status ClipClient::DeleteLabelSet(std::string model, std::string name,
                                        const CallOptions& options) {
  v1::DeleteLabelSetRequest request;
  request.set_model(std::move(model));
  request.set_name(std::move(name));
  BlockingAnswer<v1::DeleteLabelSetResponse> answer;
  impl_->Call<v1::DeleteLabelSetRequest, v1::DeleteLabelSetResponse>(
      &AsyncStub::DeleteLabelSet, std::move(request), options,
      answer.callback());
  return answer.Wait().status();
}

CallCounts ClipClient::counts() const { return impl_->counts(); }

absl::StatusOr<std::unique_ptr<EncodeStream>> ClipClient::OpenStream(
    StreamOptions options, EncodeStream::Answer answer) {
  return impl_->OpenStream(std::move(options), std::move(answer));
}

absl::StatusOr<Health> ClipClient::CheckHealth(const std::string& service,
                                               const CallOptions& options) {
  return impl_->CheckHealth(service, options);
}

}  // namespace clip::client
