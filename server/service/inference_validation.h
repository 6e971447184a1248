#ifndef SERVER_SERVICE_INFERENCE_VALIDATION_H_
#define SERVER_SERVICE_INFERENCE_VALIDATION_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "inference/grpc_service.pb.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/service/embedding_layout.h"
#include "server/service/inference_tensors.h"
#include "server/service/limits.h"
#include "server/service/served_models.h"

namespace clip::server {

// A checked ModelInfer request. A plain value.
struct InferenceJob {
  // The pictures, then the texts: views into the request.
  std::vector<PipelineItem> items;
  int images = 0;
  EmbeddingLayout layout;
  // At least one, none twice, each with the inputs that it needs.
  std::vector<InferenceOutput> outputs;
};

// The model of this name; an empty name is the default. NOT_FOUND where there
// is none, or where `version` is neither empty nor the model's checkpoint.
absl::StatusOr<const ServedModel*> FindModelVersion(const ServedModels& models,
                                                    std::string_view name,
                                                    std::string_view version);

// Refuses, as CheckItems does for the calls of clip.v1, everything that the
// request alone shows. The request must outlive the job. Every error is
// INVALID_ARGUMENT and names the field, for a tensor by its name: "image[2]".
absl::StatusOr<InferenceJob> CheckInference(
    const inference::ModelInferRequest& request, const ServedModel& model,
    const ServiceLimits& limits);

// The path of item `index` of a job with so many pictures.
std::string InferenceItemField(int images, int index);

}  // namespace clip::server

#endif  // SERVER_SERVICE_INFERENCE_VALIDATION_H_
