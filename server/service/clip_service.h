#ifndef SERVER_SERVICE_CLIP_SERVICE_H_
#define SERVER_SERVICE_CLIP_SERVICE_H_

#include <vector>

#include "absl/status/status.h"
#include "clip/v1/clip.grpc.pb.h"
#include "server/service/limits.h"
#include "server/service/served_models.h"
#include "server/service/unary_call.h"

namespace clip::server {

// The generated service with every method as a raw callback method: the same
// names and descriptors, but the bytes are parsed by us.
using RawClipService = v1::ClipService::WithRawCallbackMethod_EncodeImage<
    v1::ClipService::WithRawCallbackMethod_EncodeText<
        v1::ClipService::WithRawCallbackMethod_Similarity<
            v1::ClipService::WithRawCallbackMethod_ListModels<
                v1::ClipService::WithRawCallbackMethod_GetModel<
                    v1::ClipService::Service>>>>>;

// clip.v1.ClipService. Each method checks its request, hands it to the model's
// pipeline and returns; the pipeline's completion writes the reply. Nothing
// blocks, decodes or runs a model on gRPC's threads.
//
// Thread-safe. The environment and the models' pipelines must outlive it, and
// it must outlive every call: shut the gRPC server and drain the pipelines
// first.
class ClipService final : public RawClipService {
 public:
  ClipService(ServedModels models, const ServiceLimits& limits,
              const CallEnvironment& environment);

  grpc::ServerUnaryReactor* EncodeImage(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* EncodeText(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Similarity(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListModels(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetModel(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;

 private:
  absl::Status StartEncodeImage(const CallPtr<v1::EncodeImageRequest>& call);
  absl::Status StartEncodeText(const CallPtr<v1::EncodeTextRequest>& call);
  absl::Status StartSimilarity(const CallPtr<v1::SimilarityRequest>& call);
  absl::Status AnswerListModels(const CallPtr<v1::ListModelsRequest>& call);
  absl::Status AnswerGetModel(const CallPtr<v1::GetModelRequest>& call);

  const ServedModels models_;
  const ServiceLimits limits_;
  const CallEnvironment environment_;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_CLIP_SERVICE_H_
