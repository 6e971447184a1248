#ifndef TESTS_SERVER_SERVICE_IN_PROCESS_SERVICE_H_
#define TESTS_SERVER_SERVICE_IN_PROCESS_SERVICE_H_

#include <grpcpp/channel.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <memory>

#include "clip/v1/clip.grpc.pb.h"
#include "server/batching/real_clock.h"
#include "server/observability/request_id.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/service/call_gate.h"
#include "server/service/call_observer.h"
#include "server/service/clip_service.h"
#include "server/service/limits.h"
#include "server/service/served_models.h"

namespace clip::server {

// ClipService with one model, "test", behind a real gRPC server without a
// port. Its gate is open. The references must outlive it.
class InProcessService {
 public:
  InProcessService(EmbeddingPipeline& pipeline, CallObserver& observer,
                   const ServiceLimits& limits = {})
      : service_(*ServedModels::Create({TestModel(pipeline)}), limits,
                 CallEnvironment{gate_, observer, request_ids_, clock_}) {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel(grpc::ChannelArguments());
    stub_ = v1::ClipService::NewStub(channel_);
    gate_.Open();
  }
  ~InProcessService() { server_->Shutdown(); }

  ClipService& service() { return service_; }
  CallGate& gate() { return gate_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  v1::ClipService::Stub& stub() { return *stub_; }

 private:
  static ServedModel TestModel(EmbeddingPipeline& pipeline) {
    ServedModel model;
    model.name = "test";
    model.info.embed_dim = 2;
    model.info.context_length = 4;
    model.info.vocab_size = 10;
    model.info.logit_scale = 10.0F;
    model.info.checkpoint_sha256 = "abc";
    model.pipeline = &pipeline;
    return model;
  }

  batching::RealClock clock_;
  CallGate gate_{clock_};
  RequestIdGenerator request_ids_{0x1234};
  ClipService service_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ClipService::Stub> stub_;
};

}  // namespace clip::server

#endif  // TESTS_SERVER_SERVICE_IN_PROCESS_SERVICE_H_
