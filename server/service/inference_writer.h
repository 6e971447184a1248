#ifndef SERVER_SERVICE_INFERENCE_WRITER_H_
#define SERVER_SERVICE_INFERENCE_WRITER_H_

#include <string>

#include "inference/grpc_service.pb.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/service/inference_validation.h"
#include "server/service/served_models.h"

namespace clip::server {

// The response of a ModelInfer call: the numbers of clip.v1's Encode and
// Similarity, to the bit. A pure function. REQUIRES: result.status is OK and
// the result is that of the job's items.
inference::ModelInferResponse WriteInference(const CallResult& result,
                                             const InferenceJob& job,
                                             const ServedModel& model,
                                             const std::string& id);

}  // namespace clip::server

#endif  // SERVER_SERVICE_INFERENCE_WRITER_H_
