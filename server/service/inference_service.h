#ifndef SERVER_SERVICE_INFERENCE_SERVICE_H_
#define SERVER_SERVICE_INFERENCE_SERVICE_H_

#include <atomic>

#include "absl/status/status.h"
#include "inference/grpc_service.grpc.pb.h"
#include "server/service/inference_statistics.h"
#include "server/service/inference_validation.h"
#include "server/service/limits.h"
#include "server/service/served_models.h"
#include "server/service/unary_call.h"

namespace clip::server {

// The generated service with every method as a raw callback method, as
// RawClipService is.
using RawInferenceService =
    inference::GRPCInferenceService::WithRawCallbackMethod_ServerLive<
        inference::GRPCInferenceService::WithRawCallbackMethod_ServerReady<
            inference::GRPCInferenceService::WithRawCallbackMethod_ModelReady<
                inference::GRPCInferenceService::WithRawCallbackMethod_ServerMetadata<
                    inference::GRPCInferenceService::
                        WithRawCallbackMethod_ModelMetadata<
                            inference::GRPCInferenceService::
                                WithRawCallbackMethod_ModelConfig<
                                    inference::GRPCInferenceService::
                                        WithRawCallbackMethod_ModelStatistics<
                                            inference::GRPCInferenceService::
                                                WithRawCallbackMethod_ModelInfer<
                                                    inference::
                                                        GRPCInferenceService::
                                                            Service>>>>>>>>;

// inference.GRPCInferenceService, the Open Inference Protocol, over the same
// pipelines, limits, gate and errors as ClipService: another way to ask for
// the same numbers.
//
// Thread-safe. The environment, `ready` and the models' pipelines must outlive
// it, and it must outlive every call, as with ClipService.
class InferenceService final : public RawInferenceService {
 public:
  // `ready` says whether the server's health is SERVING.
  InferenceService(ServedModels models, const ServiceLimits& limits,
                   const CallEnvironment& environment,
                   const std::atomic<bool>& ready);

  // The first three are answered whether the server takes calls or not.
  grpc::ServerUnaryReactor* ServerLive(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ServerReady(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ModelReady(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ServerMetadata(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ModelMetadata(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ModelConfig(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ModelStatistics(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ModelInfer(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;

 private:
  absl::Status AnswerModelReady(
      const CallPtr<inference::ModelReadyRequest>& call);
  absl::Status AnswerModelMetadata(
      const CallPtr<inference::ModelMetadataRequest>& call);
  absl::Status AnswerModelConfig(
      const CallPtr<inference::ModelConfigRequest>& call);
  absl::Status AnswerModelStatistics(
      const CallPtr<inference::ModelStatisticsRequest>& call);
  absl::Status StartModelInfer(
      const CallPtr<inference::ModelInferRequest>& call);
  // Runs on the pipeline's thread.
  void FinishModelInfer(const CallPtr<inference::ModelInferRequest>& call,
                        const ServedModel& model, const InferenceJob& job,
                        const CallResult& result);

  const ServedModels models_;
  const ServiceLimits limits_;
  const CallEnvironment environment_;
  const std::atomic<bool>& ready_;
  InferenceStatistics statistics_;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_INFERENCE_SERVICE_H_
