#include "server/service/clip_service.h"

#include <memory>
#include <string>
#include <utility>

#include "model/base/status_macros.h"
#include "server/service/errors.h"
#include "server/service/request_validation.h"
#include "server/service/response_writer.h"
#include "server/service/similarity_join.h"

namespace clip::server {
namespace {

// The client-visible error of a pipeline's refusal or failure.
template <typename Request>
absl::Status ErrorOf(const CallResult& result, const Request& request) {
  switch (result.status.code()) {
    case absl::StatusCode::kInvalidArgument:
      if (result.failed_item < 0) return result.status;
      return BadField(ItemField(request, result.failed_item),
                      std::string(result.status.message()));
    case absl::StatusCode::kResourceExhausted:
      return Overloaded(result.retry_after);
    case absl::StatusCode::kDeadlineExceeded:
      return DeadlinePassed();
    case absl::StatusCode::kCancelled:
      return CallCancelled();
    case absl::StatusCode::kUnavailable:
      return Draining();
    default:
      return absl::InternalError(std::string(result.status.message()));
  }
}

// Hands the items to the model; `write` makes the response from its result.
template <typename Request, typename Write>
void Encode(const CallPtr<Request>& call, const ServedModel& model,
            std::vector<PipelineItem>&& items, Write write) {
  using Response = decltype(write(std::declval<const CallResult&>()));
  model.pipeline->Encode(
      std::move(items), call->pipeline_options(),
      [call, write = std::move(write)](const CallResult& result) mutable {
        call->Answer([&]() -> absl::StatusOr<Response> {
          if (!result.status.ok()) return ErrorOf(result, call->request());
          return write(result);
        });
      });
}

}  // namespace

ClipService::ClipService(ServedModels models, const ServiceLimits& limits,
                         const CallEnvironment& environment)
    : models_(std::move(models)), limits_(limits), environment_(environment) {}

grpc::ServerUnaryReactor* ClipService::EncodeImage(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<v1::EncodeImageRequest>(
      RpcMethod::kEncodeImage, context, request, response, environment_,
      [this](const auto& call) { return StartEncodeImage(call); });
}

grpc::ServerUnaryReactor* ClipService::EncodeText(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<v1::EncodeTextRequest>(
      RpcMethod::kEncodeText, context, request, response, environment_,
      [this](const auto& call) { return StartEncodeText(call); });
}

grpc::ServerUnaryReactor* ClipService::Similarity(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<v1::SimilarityRequest>(
      RpcMethod::kSimilarity, context, request, response, environment_,
      [this](const auto& call) { return StartSimilarity(call); });
}

grpc::ServerUnaryReactor* ClipService::ListModels(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<v1::ListModelsRequest>(
      RpcMethod::kListModels, context, request, response, environment_,
      [this](const auto& call) { return AnswerListModels(call); });
}

grpc::ServerUnaryReactor* ClipService::GetModel(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<v1::GetModelRequest>(
      RpcMethod::kGetModel, context, request, response, environment_,
      [this](const auto& call) { return AnswerGetModel(call); });
}

absl::Status ClipService::StartEncodeImage(
    const CallPtr<v1::EncodeImageRequest>& call) {
  const v1::EncodeImageRequest& request = call->request();
  CLIP_ASSIGN_OR_RETURN(const ServedModel* model,
                        models_.Find(request.model()));
  CLIP_ASSIGN_OR_RETURN(const EmbeddingLayout layout,
                        CheckOptions(request.options(), *model));
  CLIP_ASSIGN_OR_RETURN(std::vector<PipelineItem> items,
                        CheckItems(request, *model, limits_));
  Encode(call, *model, std::move(items),
         [call = call.get(), model, layout](const CallResult& result) {
           return WriteImageResponse(result, layout, *model, call->elapsed());
         });
  return absl::OkStatus();
}

absl::Status ClipService::StartEncodeText(
    const CallPtr<v1::EncodeTextRequest>& call) {
  const v1::EncodeTextRequest& request = call->request();
  CLIP_ASSIGN_OR_RETURN(const ServedModel* model,
                        models_.Find(request.model()));
  CLIP_ASSIGN_OR_RETURN(const EmbeddingLayout layout,
                        CheckOptions(request.options(), *model));
  CLIP_ASSIGN_OR_RETURN(std::vector<PipelineItem> items,
                        CheckItems(request, *model, limits_));
  Encode(call, *model, std::move(items),
         [call = call.get(), model, layout](const CallResult& result) {
           return WriteTextResponse(result, layout, *model, call->elapsed());
         });
  return absl::OkStatus();
}

absl::Status ClipService::StartSimilarity(
    const CallPtr<v1::SimilarityRequest>& call) {
  const v1::SimilarityRequest& request = call->request();
  CLIP_ASSIGN_OR_RETURN(const ServedModel* model,
                        models_.Find(request.model()));
  CLIP_ASSIGN_OR_RETURN(std::vector<PipelineItem> items,
                        CheckItems(request, *model, limits_));
  CLIP_ASSIGN_OR_RETURN(SimilarityJoin join,
                        SimilarityJoin::Create(request, *model));
  auto write = [call = call.get(),
                join = std::move(join)](const CallResult& result) mutable {
    return join.Join(result, call->elapsed());
  };
  if (items.empty()) {
    // The caller brought both sides: nothing is left for the model.
    call->Answer([&write]() -> absl::StatusOr<v1::SimilarityResponse> {
      return write(CallResult());
    });
    return absl::OkStatus();
  }
  Encode(call, *model, std::move(items), std::move(write));
  return absl::OkStatus();
}

absl::Status ClipService::AnswerListModels(
    const CallPtr<v1::ListModelsRequest>& call) {
  call->Answer([this]() -> absl::StatusOr<v1::ListModelsResponse> {
    v1::ListModelsResponse response;
    for (const ServedModel& model : models_.all()) {
      *response.add_models() = WriteModelInfo(model);
    }
    return response;
  });
  return absl::OkStatus();
}

absl::Status ClipService::AnswerGetModel(
    const CallPtr<v1::GetModelRequest>& call) {
  CLIP_ASSIGN_OR_RETURN(const ServedModel* model,
                        models_.Find(call->request().model()));
  call->Answer([model]() -> absl::StatusOr<v1::GetModelResponse> {
    v1::GetModelResponse response;
    *response.mutable_model() = WriteModelInfo(*model);
    return response;
  });
  return absl::OkStatus();
}

}  // namespace clip::server
