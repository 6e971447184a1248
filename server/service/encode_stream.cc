#include "server/service/encode_stream.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <utility>
#include <vector>

#include "model/base/status_macros.h"
#include "server/service/call_failure.h"
#include "server/service/catch_exceptions.h"
#include "server/service/errors.h"
#include "server/service/grpc_status.h"
#include "server/service/parse_request.h"
#include "server/service/request_validation.h"
#include "server/service/response_writer.h"

namespace clip::server {
namespace {

grpc::ByteBuffer Serialize(const google::protobuf::Message& message) {
  grpc::ByteBuffer bytes;
  bool own_buffer = false;
  grpc::SerializationTraits<google::protobuf::Message>::Serialize(
      message, &bytes, &own_buffer);
  return bytes;
}

// Serialized fields may follow each other in any order.
grpc::ByteBuffer Concatenate(const grpc::ByteBuffer& first,
                             const grpc::ByteBuffer& second) {
  std::vector<grpc::Slice> slices;
  std::vector<grpc::Slice> more;
  if (first.Dump(&slices).ok() && second.Dump(&more).ok()) {
    slices.insert(slices.end(), more.begin(), more.end());
  }
  return grpc::ByteBuffer(slices.data(), slices.size());
}

}  // namespace

EncodeStream::EncodeStream(StreamReactor& reactor,
                           const StreamEnvironment& environment)
    : reactor_(reactor),
      environment_(environment),
      request_id_(environment.call.request_ids.Next()),
      start_(environment.call.clock.Now()),
      deadline_(reactor.deadline()),
      cancellation_(std::make_shared<Cancellation>()),
      flow_(environment.limits.stream) {}

void EncodeStream::Serve(StreamReactor& reactor,
                         const StreamEnvironment& environment) {
  const auto stream = std::make_shared<EncodeStream>(reactor, environment);
  reactor.SetEvents(stream);
  const absl::Status begun = stream->Begin();
  stream->Tell([&begun](StreamFlow& flow) {
    if (!begun.ok()) flow.EndWith(begun);
  });
}

absl::Status EncodeStream::Begin() {
  CLIP_RETURN_IF_ERROR(reactor_.Enter(environment_.call.gate));
  CLIP_ASSIGN_OR_RETURN(priority_, reactor_.priority());
  return environment_.open_streams.Add(shared_from_this());
}

template <typename Event>
void EncodeStream::Tell(Event event) {
  StreamStep step;
  {
    batching::MutexLock lock(mutex_);
    event(flow_);
    step = flow_.Next();
    // Under the lock, so that the stream cannot end between the flow's word
    // and the deed.
    if (step.write.has_value()) Write(*std::move(step.write));
    if (step.read) reactor_.Read();
  }
  // After it has told the end, the flow tells nothing more.
  if (step.finish.has_value()) Finish(*step.finish);
}

void EncodeStream::Write(grpc::ByteBuffer reply) {
  if (!std::exchange(has_named_model_, true)) {
    v1::EncodeResponse version;
    *version.mutable_model() = WriteModelVersion(*model_);
    reply = Concatenate(reply, Serialize(version));
  }
  reactor_.Write(reply);
}

void EncodeStream::OnRead(std::optional<grpc::ByteBuffer> message) {
  absl::Status status;
  if (message.has_value() && !IsEnding()) {
    status = CatchExceptions([&] { return TakeItem(*message); });
  }
  Tell([&](StreamFlow& flow) {
    flow.OnReadHandled();
    if (!message.has_value()) flow.OnHalfClose();
    if (!status.ok()) flow.EndWith(status);
  });
}

bool EncodeStream::IsEnding() {
  batching::MutexLock lock(mutex_);
  return flow_.ending();
}

absl::Status EncodeStream::TakeItem(grpc::ByteBuffer bytes) {
  v1::EncodeRequest request;
  CLIP_RETURN_IF_ERROR(ParseRequest(bytes, request));
  const size_t size = bytes.Length();
  // A queued picture need not be held twice.
  bytes.Clear();
  const bool is_first = model_ == nullptr;
  if (is_first) CLIP_RETURN_IF_ERROR(Choose(request));
  const auto item = std::make_shared<StreamItem>(shared_from_this(),
                                                 std::move(request), size);
  ++items_;
  request_bytes_ += size;
  Tell([size](StreamFlow& flow) { flow.OnItem(size); });
  const absl::Status status =
      CatchExceptions([&] { return Encode(item, is_first); });
  if (!status.ok()) item->Fail(status);
  return absl::OkStatus();
}

absl::Status EncodeStream::Choose(const v1::EncodeRequest& request) {
  CLIP_ASSIGN_OR_RETURN(const ServedModel* model,
                        environment_.models.Find(request.model()));
  CLIP_ASSIGN_OR_RETURN(layout_, CheckOptions(request.options(), *model));
  model_ = model;
  return absl::OkStatus();
}

absl::Status EncodeStream::Encode(const std::shared_ptr<StreamItem>& item,
                                  bool is_first) {
  const v1::EncodeRequest& request = item->request();
  if (!is_first && (!request.model().empty() || request.has_options())) {
    return BadField(request.has_options() ? "options" : "model",
                    "only the first message of a stream may set it");
  }
  CLIP_ASSIGN_OR_RETURN(PipelineItem checked,
                        CheckItem(request, *model_, environment_.limits));
  CallOptions options;
  options.deadline = deadline_;
  options.cancellation = cancellation_;
  options.priority = priority_;
  options.request_bytes = item->bytes();
  options.on_admitted = [item] { item->LetIn(); };
  item->HandOn();
  model_->pipeline->Encode(
      {checked}, std::move(options),
      [item](const CallResult& result) { item->End(result); });
  return absl::OkStatus();
}

void EncodeStream::OnItemLetIn() {
  Tell([](StreamFlow& flow) { flow.OnLetIn(); });
}

void EncodeStream::OnItemDone(const StreamItem& item,
                              const CallResult& result) {
  const absl::Status failure = result.status.ok()
                                   ? absl::OkStatus()
                                   : CallFailure(result, [&item](int /*item*/) {
                                       return ItemField(item.request());
                                     });
  StreamItemRecord record;
  record.request_id = request_id_;
  record.code = failure.code();
  const std::string cause(failure.message());
  record.cause = cause;
  // What the pipeline refuses, it reports on its own.
  if (!item.was_handed_on()) record.rejected = RejectReasonOf(failure);
  environment_.call.observer.OnStreamItem(record);

  grpc::ByteBuffer reply;
  const absl::Status written = CatchExceptions([&] {
    reply = Serialize(WriteReply(item, result, failure));
    return absl::OkStatus();
  });
  Tell([&](StreamFlow& flow) {
    if (!written.ok()) flow.Abandon(written);
    flow.OnReply(item.bytes(), reply);
  });
}

v1::EncodeResponse EncodeStream::WriteReply(const StreamItem& item,
                                            const CallResult& result,
                                            const absl::Status& failure) const {
  v1::EncodeResponse response;
  if (failure.ok()) {
    response = WriteStreamItem(result.items.at(0), layout_);
  } else {
    *response.mutable_status() = ToRpcStatus(ClientView(failure, request_id_));
  }
  response.set_id(item.request().id());
  return response;
}

void EncodeStream::OnWritten(bool ok) {
  if (!ok) cancellation_->Cancel();
  Tell([&](StreamFlow& flow) {
    flow.OnWritten();
    if (!ok) flow.Abandon(WhyGone());
  });
}

void EncodeStream::OnCancelled() {
  cancellation_->Cancel();
  Tell([this](StreamFlow& flow) { flow.Abandon(WhyGone()); });
}

void EncodeStream::Drain() {
  Tell([](StreamFlow& flow) { flow.EndWith(Draining()); });
}

absl::Status EncodeStream::WhyGone() const {
  batching::Clock& clock = environment_.call.clock;
  const bool is_late = clock.FromWallTime(deadline_) <= clock.Now();
  return is_late ? absl::DeadlineExceededError("the stream's deadline passed")
                 : CallCancelled();
}

void EncodeStream::Finish(const absl::Status& status) {
  environment_.open_streams.Remove(this);
  const absl::Status answer = ClientView(status, request_id_);
  const std::string cause(status.message());
  CallRecord record;
  record.method = RpcMethod::kEncodeStream;
  record.request_id = request_id_;
  record.code = answer.code();
  record.cause = cause;
  record.total = environment_.call.clock.Now() - start_;
  record.request_bytes = request_bytes_;
  record.stream_items = items_;
  // A caller that leaves its stream was not refused.
  if (!absl::IsCancelled(status)) record.rejected = RejectReasonOf(status);
  environment_.call.observer.OnCallFinished(record);
  reactor_.End(answer, request_id_);
}

}  // namespace clip::server
