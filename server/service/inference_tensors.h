// The tensors by which inference.GRPCInferenceService shows a model: their
// names, and their descriptions in the two forms that its clients ask for.
#ifndef SERVER_SERVICE_INFERENCE_TENSORS_H_
#define SERVER_SERVICE_INFERENCE_TENSORS_H_

#include <array>
#include <optional>
#include <string_view>

#include "inference/grpc_service.pb.h"
#include "server/service/served_models.h"

namespace clip::server {

inline constexpr char kImageTensor[] = "image";
inline constexpr char kTextTensor[] = "text";

enum class InferenceOutput {
  kImageEmbedding,
  kTextEmbedding,
  kLogits,
  kProbabilities,
};

// In the order in which a response has them when the caller names none.
inline constexpr std::array<InferenceOutput, 4> kInferenceOutputs = {
    InferenceOutput::kImageEmbedding, InferenceOutput::kTextEmbedding,
    InferenceOutput::kLogits, InferenceOutput::kProbabilities};

constexpr bool NeedsImages(InferenceOutput output) {
  return output != InferenceOutput::kTextEmbedding;
}
constexpr bool NeedsTexts(InferenceOutput output) {
  return output != InferenceOutput::kImageEmbedding;
}

const char* InferenceOutputName(InferenceOutput output);

// The output of this name, or nothing.
std::optional<InferenceOutput> FindInferenceOutput(std::string_view name);

// A model that takes token ids only has no texts here, and nothing that needs
// them.
inference::ModelMetadataResponse WriteModelMetadata(const ServedModel& model);
inference::ModelConfig WriteModelConfig(const ServedModel& model);

}  // namespace clip::server

#endif  // SERVER_SERVICE_INFERENCE_TENSORS_H_
