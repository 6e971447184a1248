#include "server/service/inference_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "model/base/status_macros.h"
#include "server/service/call_failure.h"
#include "server/service/inference_tensors.h"
#include "server/service/inference_validation.h"
#include "server/service/inference_writer.h"

namespace clip::server {
namespace {

inference::ServerMetadataResponse WriteServerMetadata() {
  inference::ServerMetadataResponse response;
  response.set_name("clip_server");
  response.set_version(CLIP_SERVER_VERSION);
  return response;
}

}  // namespace

InferenceService::InferenceService(ServedModels models,
                                   const ServiceLimits& limits,
                                   const CallEnvironment& environment,
                                   const std::atomic<bool>& ready)
    : models_(std::move(models)),
      limits_(limits),
      environment_(environment),
      ready_(ready),
      statistics_(models_) {}

grpc::ServerUnaryReactor* InferenceService::ServerLive(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<inference::ServerLiveRequest>(
      RpcMethod::kServerLive, context, request, response, environment_,
      [](const auto& call) {
        call->Answer([]() -> absl::StatusOr<inference::ServerLiveResponse> {
          inference::ServerLiveResponse reply;
          reply.set_live(true);
          return reply;
        });
        return absl::OkStatus();
      },
      WhileClosed::kServe);
}

grpc::ServerUnaryReactor* InferenceService::ServerReady(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<inference::ServerReadyRequest>(
      RpcMethod::kServerReady, context, request, response, environment_,
      [this](const auto& call) {
        call->Answer(
            [this]() -> absl::StatusOr<inference::ServerReadyResponse> {
              inference::ServerReadyResponse reply;
              reply.set_ready(ready_.load());
              return reply;
            });
        return absl::OkStatus();
      },
      WhileClosed::kServe);
}

grpc::ServerUnaryReactor* InferenceService::ModelReady(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<inference::ModelReadyRequest>(
      RpcMethod::kModelReady, context, request, response, environment_,
      [this](const auto& call) { return AnswerModelReady(call); },
      WhileClosed::kServe);
}

grpc::ServerUnaryReactor* InferenceService::ServerMetadata(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<inference::ServerMetadataRequest>(
      RpcMethod::kServerMetadata, context, request, response, environment_,
      [](const auto& call) {
        call->Answer([]() -> absl::StatusOr<inference::ServerMetadataResponse> {
          return WriteServerMetadata();
        });
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* InferenceService::ModelMetadata(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<inference::ModelMetadataRequest>(
      RpcMethod::kModelMetadata, context, request, response, environment_,
      [this](const auto& call) { return AnswerModelMetadata(call); });
}

grpc::ServerUnaryReactor* InferenceService::ModelConfig(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<inference::ModelConfigRequest>(
      RpcMethod::kModelConfig, context, request, response, environment_,
      [this](const auto& call) { return AnswerModelConfig(call); });
}

grpc::ServerUnaryReactor* InferenceService::ModelStatistics(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<inference::ModelStatisticsRequest>(
      RpcMethod::kModelStatistics, context, request, response, environment_,
      [this](const auto& call) { return AnswerModelStatistics(call); });
}

grpc::ServerUnaryReactor* InferenceService::ModelInfer(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<inference::ModelInferRequest>(
      RpcMethod::kModelInfer, context, request, response, environment_,
      [this](const auto& call) { return StartModelInfer(call); });
}

absl::Status InferenceService::AnswerModelReady(
    const CallPtr<inference::ModelReadyRequest>& call) {
  const bool is_served = FindModelVersion(models_, call->request().name(),
                                          call->request().version())
                             .ok();
  call->Answer([&]() -> absl::StatusOr<inference::ModelReadyResponse> {
    inference::ModelReadyResponse reply;
    reply.set_ready(is_served && ready_.load());
    return reply;
  });
  return absl::OkStatus();
}

absl::Status InferenceService::AnswerModelMetadata(
    const CallPtr<inference::ModelMetadataRequest>& call) {
  CLIP_ASSIGN_OR_RETURN(const ServedModel* model,
                        FindModelVersion(models_, call->request().name(),
                                         call->request().version()));
  call->Answer([&]() -> absl::StatusOr<inference::ModelMetadataResponse> {
    return WriteModelMetadata(*model);
  });
  return absl::OkStatus();
}

absl::Status InferenceService::AnswerModelConfig(
    const CallPtr<inference::ModelConfigRequest>& call) {
  CLIP_ASSIGN_OR_RETURN(const ServedModel* model,
                        FindModelVersion(models_, call->request().name(),
                                         call->request().version()));
  call->Answer([&]() -> absl::StatusOr<inference::ModelConfigResponse> {
    inference::ModelConfigResponse reply;
    *reply.mutable_config() = WriteModelConfig(*model);
    return reply;
  });
  return absl::OkStatus();
}

absl::Status InferenceService::AnswerModelStatistics(
    const CallPtr<inference::ModelStatisticsRequest>& call) {
  const std::string& name = call->request().name();
  inference::ModelStatisticsResponse reply;
  if (name.empty()) {
    for (const ServedModel& model : models_.all()) {
      *reply.add_model_stats() = statistics_.Write(model);
    }
  } else {
    CLIP_ASSIGN_OR_RETURN(
        const ServedModel* model,
        FindModelVersion(models_, name, call->request().version()));
    *reply.add_model_stats() = statistics_.Write(*model);
  }
  call->Answer([&]() -> absl::StatusOr<inference::ModelStatisticsResponse> {
    return std::move(reply);
  });
  return absl::OkStatus();
}

absl::Status InferenceService::StartModelInfer(
    const CallPtr<inference::ModelInferRequest>& call) {
  const inference::ModelInferRequest& request = call->request();
  CLIP_ASSIGN_OR_RETURN(
      const ServedModel* model,
      FindModelVersion(models_, request.model_name(), request.model_version()));
  absl::StatusOr<InferenceJob> job = CheckInference(request, *model, limits_);
  if (!job.ok()) {
    statistics_.RecordFailure(*model, call->elapsed(),
                              environment_.clock.Now());
    return job.status();
  }
  std::vector<PipelineItem> items = std::move(job->items);
  model->pipeline->Encode(
      std::move(items), call->pipeline_options(),
      [this, call, model, job = *std::move(job)](const CallResult& result) {
        FinishModelInfer(call, *model, job, result);
      });
  return absl::OkStatus();
}

void InferenceService::FinishModelInfer(
    const CallPtr<inference::ModelInferRequest>& call, const ServedModel& model,
    const InferenceJob& job, const CallResult& result) {
  const absl::Time now = environment_.clock.Now();
  if (result.status.ok()) {
    statistics_.RecordSuccess(model, result, call->elapsed(), now);
  } else {
    statistics_.RecordFailure(model, call->elapsed(), now);
  }
  call->Answer([&]() -> absl::StatusOr<inference::ModelInferResponse> {
    if (!result.status.ok()) {
      return CallFailure(result, [&job](int item) {
        return InferenceItemField(job.images, item);
      });
    }
    return WriteInference(result, job, model, call->request().id());
  });
}

}  // namespace clip::server
