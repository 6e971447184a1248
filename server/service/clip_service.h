#ifndef SERVER_SERVICE_CLIP_SERVICE_H_
#define SERVER_SERVICE_CLIP_SERVICE_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "clip/v1/clip.grpc.pb.h"
#include "server/service/label_set_encoding.h"
#include "server/service/label_set_registry.h"
#include "server/service/limits.h"
#include "server/service/open_streams.h"
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
                    v1::ClipService::WithRawCallbackMethod_PutLabelSet<
                        v1::ClipService::WithRawCallbackMethod_ListLabelSets<
                            v1::ClipService::
                                WithRawCallbackMethod_DeleteLabelSet<
                                    v1::ClipService::
                                        WithRawCallbackMethod_EncodeStream<
                                            v1::ClipService::Service>>>>>>>>>;

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
  grpc::ServerUnaryReactor* PutLabelSet(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListLabelSets(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DeleteLabelSet(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* EncodeStream(
      grpc::CallbackServerContext* context) override;

  // Ends the streams, which would go on for ever, as soon as what they have
  // taken is answered. No stream begins from now on.
  void DrainStreams() { open_streams_.Drain(); }

  // PutLabelSet without a call, for the sets that a server has from its start.
  // Blocks until the set is encoded and kept.
  absl::Status MakeLabelSet(const v1::PutLabelSetRequest& request);

 private:
  using LabelSetDone =
      std::function<void(absl::StatusOr<v1::PutLabelSetResponse>)>;

  absl::Status StartEncodeImage(const CallPtr<v1::EncodeImageRequest>& call);
  absl::Status StartEncodeText(const CallPtr<v1::EncodeTextRequest>& call);
  absl::Status StartSimilarity(const CallPtr<v1::SimilarityRequest>& call);
  absl::Status AnswerListModels(const CallPtr<v1::ListModelsRequest>& call);
  absl::Status AnswerGetModel(const CallPtr<v1::GetModelRequest>& call);

  absl::Status StartPutLabelSet(const CallPtr<v1::PutLabelSetRequest>& call);
  absl::Status AnswerListLabelSets(
      const CallPtr<v1::ListLabelSetsRequest>& call);
  absl::Status AnswerDeleteLabelSet(
      const CallPtr<v1::DeleteLabelSetRequest>& call);
  // An error is the answer; else `done` runs once, or is destroyed where the
  // pipeline loses the work.
  absl::Status StartLabelSet(const v1::PutLabelSetRequest& request,
                             CallOptions options, LabelSetDone done);
  absl::StatusOr<v1::PutLabelSetResponse> KeepLabelSet(
      LabelSetRegistry::Reservation reservation, EncodedLabelSet encoded);

  const ServedModels models_;
  const ServiceLimits limits_;
  const CallEnvironment environment_;
  LabelSetRegistry label_sets_;
  OpenStreams open_streams_;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_CLIP_SERVICE_H_
