#include "server/service/inference_tensors.h"

#include <cstdint>
#include <vector>

namespace clip::server {
namespace {

// Framework and format, as the protocol wants it.
constexpr char kPlatform[] = "pytorch_openclip";

// A size that each call chooses.
constexpr int64_t kAnySize = -1;

bool TakesTexts(const ServedModel& model) {
  return model.tokenizer_unavailable.empty();
}

std::vector<const char*> InputsOf(const ServedModel& model) {
  if (TakesTexts(model)) return {kImageTensor, kTextTensor};
  return {kImageTensor};
}

std::vector<InferenceOutput> OutputsOf(const ServedModel& model) {
  std::vector<InferenceOutput> outputs;
  for (const InferenceOutput output : kInferenceOutputs) {
    if (TakesTexts(model) || !NeedsTexts(output)) outputs.push_back(output);
  }
  return outputs;
}

// Columns of an output; its rows are of any number.
int64_t ColumnsOf(InferenceOutput output, const ServedModel& model) {
  const bool is_score = NeedsImages(output) && NeedsTexts(output);
  return is_score ? kAnySize : model.info.embed_dim;
}

}  // namespace

const char* InferenceOutputName(InferenceOutput output) {
  switch (output) {
    case InferenceOutput::kImageEmbedding:
      return "image_embedding";
    case InferenceOutput::kTextEmbedding:
      return "text_embedding";
    case InferenceOutput::kLogits:
      return "logits";
    case InferenceOutput::kProbabilities:
      return "probabilities";
  }
  return "";
}

std::optional<InferenceOutput> FindInferenceOutput(std::string_view name) {
  for (const InferenceOutput output : kInferenceOutputs) {
    if (name == InferenceOutputName(output)) return output;
  }
  return std::nullopt;
}

inference::ModelMetadataResponse WriteModelMetadata(const ServedModel& model) {
  inference::ModelMetadataResponse metadata;
  metadata.set_name(model.name);
  metadata.add_versions(model.info.checkpoint_sha256);
  metadata.set_platform(kPlatform);
  for (const char* name : InputsOf(model)) {
    auto& input = *metadata.add_inputs();
    input.set_name(name);
    input.set_datatype("BYTES");
    input.add_shape(kAnySize);
  }
  for (const InferenceOutput value : OutputsOf(model)) {
    auto& output = *metadata.add_outputs();
    output.set_name(InferenceOutputName(value));
    output.set_datatype("FP32");
    output.add_shape(kAnySize);
    output.add_shape(ColumnsOf(value, model));
  }
  return metadata;
}

inference::ModelConfig WriteModelConfig(const ServedModel& model) {
  inference::ModelConfig config;
  config.set_name(model.name);
  config.set_platform(kPlatform);
  for (const char* name : InputsOf(model)) {
    inference::ModelInput& input = *config.add_input();
    input.set_name(name);
    input.set_data_type(inference::TYPE_STRING);
    input.add_dims(kAnySize);
    input.set_optional(true);
  }
  for (const InferenceOutput value : OutputsOf(model)) {
    inference::ModelOutput& output = *config.add_output();
    output.set_name(InferenceOutputName(value));
    output.set_data_type(inference::TYPE_FP32);
    output.add_dims(kAnySize);
    output.add_dims(ColumnsOf(value, model));
  }
  return config;
}

}  // namespace clip::server
