#include "server/service/clip_service.h"

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "model/base/status_macros.h"
#include "server/service/call_failure.h"
#include "server/service/catch_exceptions.h"
#include "server/service/encode_stream.h"
#include "server/service/errors.h"
#include "server/service/label_set_validation.h"
#include "server/service/request_validation.h"
#include "server/service/response_writer.h"
#include "server/service/similarity_join.h"

namespace clip::server {
namespace {

// Prompts of a label set that are with the pipeline at once. They fill a batch
// or two and leave the rest of the queue to others.
constexpr int kPromptsAStep = 64;

// Hands the items to the model; `write` makes the response from its result.
template <typename Request, typename Write>
void Encode(const CallPtr<Request>& call, const ServedModel& model,
            std::vector<PipelineItem>&& items, Write write) {
  using Response = decltype(write(std::declval<const CallResult&>()));
  model.pipeline->Encode(
      std::move(items), call->pipeline_options(),
      [call, write = std::move(write)](const CallResult& result) mutable {
        call->Answer([&]() -> absl::StatusOr<Response> {
          if (!result.status.ok()) {
            return CallFailure(result, [&call](int item) {
              return ItemField(call->request(), item);
            });
          }
          return write(result);
        });
      });
}

}  // namespace

ClipService::ClipService(ServedModels models, const ServiceLimits& limits,
                         const CallEnvironment& environment)
    : models_(std::move(models)),
      limits_(limits),
      environment_(environment),
      label_sets_(limits.label_sets),
      open_streams_(limits.stream.max_streams, environment.observer) {}

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

grpc::ServerUnaryReactor* ClipService::PutLabelSet(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<v1::PutLabelSetRequest>(
      RpcMethod::kPutLabelSet, context, request, response, environment_,
      [this](const auto& call) { return StartPutLabelSet(call); });
}

grpc::ServerUnaryReactor* ClipService::ListLabelSets(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<v1::ListLabelSetsRequest>(
      RpcMethod::kListLabelSets, context, request, response, environment_,
      [this](const auto& call) { return AnswerListLabelSets(call); });
}

grpc::ServerUnaryReactor* ClipService::DeleteLabelSet(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return ServeCall<v1::DeleteLabelSetRequest>(
      RpcMethod::kDeleteLabelSet, context, request, response, environment_,
      [this](const auto& call) { return AnswerDeleteLabelSet(call); });
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>*
ClipService::EncodeStream(grpc::CallbackServerContext* context) {
  auto reactor = std::make_unique<StreamReactor>(context);
  server::EncodeStream::Serve(*reactor,
                              {models_, limits_, open_streams_, environment_});
  return reactor.release();
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
  std::shared_ptr<const LabelSet> label_set;
  if (!request.label_set().empty()) {
    CLIP_ASSIGN_OR_RETURN(label_set,
                          label_sets_.Find(model->name, request.label_set()));
  }
  CLIP_ASSIGN_OR_RETURN(
      SimilarityJoin join,
      SimilarityJoin::Create(request, *model, std::move(label_set)));
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

absl::Status ClipService::StartPutLabelSet(
    const CallPtr<v1::PutLabelSetRequest>& call) {
  return StartLabelSet(
      call->request(), call->pipeline_options(),
      [call](absl::StatusOr<v1::PutLabelSetResponse> response) {
        call->Answer([&]() -> absl::StatusOr<v1::PutLabelSetResponse> {
          if (response.ok()) {
            response->mutable_timing()->set_total_seconds(
                absl::ToDoubleSeconds(call->elapsed()));
          }
          return std::move(response);
        });
      });
}

absl::Status ClipService::StartLabelSet(const v1::PutLabelSetRequest& request,
                                        CallOptions options,
                                        LabelSetDone done) {
  CLIP_ASSIGN_OR_RETURN(const ServedModel* model,
                        models_.Find(request.model()));
  CLIP_ASSIGN_OR_RETURN(LabelSetSpec spec,
                        CheckLabelSet(request, *model, limits_));
  CLIP_ASSIGN_OR_RETURN(LabelSetRegistry::Reservation reservation,
                        label_sets_.Reserve(model->name, spec.name, spec.labels,
                                            model->info.embed_dim));
  // std::function copies what it holds, which a reservation does not allow.
  auto room =
      std::make_shared<LabelSetRegistry::Reservation>(std::move(reservation));
  const auto step =
      static_cast<size_t>(std::min(kPromptsAStep, limits_.max_items_per_call));
  EncodeLabelSet(*model, std::move(spec), std::move(options), step,
                 [this, room, done = std::move(done)](
                     absl::StatusOr<EncodedLabelSet> encoded) {
                   if (!encoded.ok()) return done(encoded.status());
                   done(KeepLabelSet(std::move(*room), *std::move(encoded)));
                 });
  return absl::OkStatus();
}

absl::StatusOr<v1::PutLabelSetResponse> ClipService::KeepLabelSet(
    LabelSetRegistry::Reservation reservation, EncodedLabelSet encoded) {
  v1::PutLabelSetResponse response;
  *response.mutable_label_set() = WriteLabelSet(encoded.set);
  *response.mutable_timing() =
      WriteTiming(encoded.timing, absl::ZeroDuration());
  CLIP_ASSIGN_OR_RETURN(
      const bool is_new,
      label_sets_.Put(std::move(reservation), std::move(encoded.set)));
  const v1::LabelSet& set = response.label_set();
  environment_.observer.OnLabelSetChanged(
      {is_new ? 1 : 0, set.model().name(), set.name(),
       static_cast<size_t>(set.labels_size())});
  return response;
}

absl::Status ClipService::MakeLabelSet(const v1::PutLabelSetRequest& request) {
  // Shared with the callback, which may still be inside set_value when the
  // waiter goes on. A lost one breaks the promise, which throws here.
  auto ended = std::make_shared<std::promise<absl::Status>>();
  std::future<absl::Status> end = ended->get_future();
  CallOptions options;
  options.cancellation = std::make_shared<Cancellation>();
  CLIP_RETURN_IF_ERROR(StartLabelSet(
      request, std::move(options),
      [ended = std::move(ended)](
          const absl::StatusOr<v1::PutLabelSetResponse>& response) {
        ended->set_value(response.status());
      }));
  return CatchExceptions([&end] { return end.get(); });
}

absl::Status ClipService::AnswerListLabelSets(
    const CallPtr<v1::ListLabelSetsRequest>& call) {
  const std::string& model = call->request().model();
  if (!model.empty()) CLIP_RETURN_IF_ERROR(models_.Find(model).status());
  call->Answer([&]() -> absl::StatusOr<v1::ListLabelSetsResponse> {
    v1::ListLabelSetsResponse response;
    for (const std::shared_ptr<const LabelSet>& set : label_sets_.List()) {
      if (!model.empty() && set->model->name != model) continue;
      *response.add_label_sets() = WriteLabelSet(*set);
    }
    return response;
  });
  return absl::OkStatus();
}

absl::Status ClipService::AnswerDeleteLabelSet(
    const CallPtr<v1::DeleteLabelSetRequest>& call) {
  const std::string& name = call->request().name();
  CLIP_ASSIGN_OR_RETURN(const ServedModel* model,
                        models_.Find(call->request().model()));
  CLIP_RETURN_IF_ERROR(label_sets_.Delete(model->name, name));
  environment_.observer.OnLabelSetChanged({-1, model->name, name, 0});
  call->Answer([]() -> absl::StatusOr<v1::DeleteLabelSetResponse> {
    return v1::DeleteLabelSetResponse();
  });
  return absl::OkStatus();
}

}  // namespace clip::server
