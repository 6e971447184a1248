#include "tests/client/null_clip_server.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace clip::client {
namespace {

void FillNullVersion(v1::ModelVersion* version) {
  version->set_name("null");
  version->set_checkpoint_sha256(std::string(64, '0'));
}

}  // namespace

// A call that waits for a moment. Whoever cancels it does not wait.
class NullClipServer::HeldCall final : public grpc::ServerUnaryReactor {
 public:
  HeldCall(grpc::CallbackServerContext* context, absl::Time until) {
    alarm_.Set(absl::ToChronoTime(until),
               [this](bool) { Finish(grpc::Status::OK); });
    if (context->IsCancelled()) alarm_.Cancel();
  }

  void OnCancel() override { alarm_.Cancel(); }
  void OnDone() override { delete this; }

 private:
  grpc::Alarm alarm_;
};

// One item is read, answered and forgotten before the next is read.
class NullClipServer::EchoStream final
    : public grpc::ServerBidiReactor<v1::EncodeRequest, v1::EncodeResponse> {
 public:
  EchoStream(NullClipServer* server, grpc::CallbackServerContext* context)
      : server_(server), context_(context) {
    *response_.mutable_embedding() = server->embedding_;
    FillNullVersion(response_.mutable_model());
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_.set_id(request_.id());
    const absl::Time until = server_->HeldUntil();
    if (until <= absl::Now()) return StartWrite(&response_);
    alarm_.Set(absl::ToChronoTime(until),
               [this](bool) { StartWrite(&response_); });
    if (context_->IsCancelled()) alarm_.Cancel();
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartRead(&request_);
  }
  void OnCancel() override { alarm_.Cancel(); }
  void OnDone() override { delete this; }

 private:
  NullClipServer* const server_;
  grpc::CallbackServerContext* const context_;
  grpc::Alarm alarm_;
  v1::EncodeRequest request_;
  v1::EncodeResponse response_;
};

absl::StatusOr<std::unique_ptr<NullClipServer>> NullClipServer::Create(
    const NullServerOptions& options) {
  std::unique_ptr<NullClipServer> server(new NullClipServer(options));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(server.get());
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options.listen));
  }
  const std::string host = options.listen.substr(0, options.listen.rfind(':'));
  server->address_ = absl::StrCat(host, ":", port);
  return server;
}

NullClipServer::NullClipServer(const NullServerOptions& options)
    : options_(options) {
  embedding_.set_format(v1::FLOAT32);
  for (int i = 0; i < options_.dimensions; ++i) {
    embedding_.add_values(i == 0 ? 1.0F : 0.0F);
  }
}

NullClipServer::~NullClipServer() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

absl::Time NullClipServer::HeldUntil() {
  if (options_.stall <= absl::ZeroDuration()) return absl::InfinitePast();
  const absl::Time now = absl::Now();
  MutexLock lock(mutex_);
  first_call_ = std::min(first_call_, now);
  const absl::Time start = first_call_ + options_.stall_after;
  return now < start ? absl::InfinitePast() : start + options_.stall;
}

grpc::ServerUnaryReactor* NullClipServer::Answer(
    grpc::CallbackServerContext* context) {
  const absl::Time until = HeldUntil();
  if (until > absl::Now()) return new HeldCall(context, until);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* NullClipServer::EncodeImage(
    grpc::CallbackServerContext* context, const v1::EncodeImageRequest* request,
    v1::EncodeImageResponse* response) {
  for (int i = 0; i < request->images_size(); ++i) {
    *response->add_embeddings() = embedding_;
  }
  FillNullVersion(response->mutable_model());
  return Answer(context);
}

grpc::ServerUnaryReactor* NullClipServer::EncodeText(
    grpc::CallbackServerContext* context, const v1::EncodeTextRequest* request,
    v1::EncodeTextResponse* response) {
  for (int i = 0; i < request->texts_size(); ++i) {
    *response->add_embeddings() = embedding_;
    response->add_token_count(1);
    response->add_truncated(false);
  }
  FillNullVersion(response->mutable_model());
  return Answer(context);
}

grpc::ServerUnaryReactor* NullClipServer::GetModel(
    grpc::CallbackServerContext* context, const v1::GetModelRequest*,
    v1::GetModelResponse* response) {
  response->mutable_model()->set_name("null");
  response->mutable_model()->set_embed_dim(
      static_cast<uint32_t>(options_.dimensions));
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerBidiReactor<v1::EncodeRequest, v1::EncodeResponse>*
NullClipServer::EncodeStream(grpc::CallbackServerContext* context) {
  return new EchoStream(this, context);
}

}  // namespace clip::client
