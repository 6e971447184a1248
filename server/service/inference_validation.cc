#include "server/service/inference_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "model/base/status_macros.h"
#include "server/service/bytes_tensor.h"
#include "server/service/errors.h"
#include "server/service/item_validation.h"
#include "server/service/utf8.h"

namespace clip::server {
namespace {

using inference::InferParameter;
using inference::ModelInferRequest;

using Elements = std::vector<std::string_view>;

// The elements of both inputs; empty for one that the caller left out.
struct InferenceInputs {
  Elements images;
  Elements texts;
};

absl::Status CheckId(const std::string& id) {
  if (id.size() <= kMaxInferenceIdBytes) return absl::OkStatus();
  return BadField("id", fmt::format("{} bytes; at most {} are allowed",
                                    id.size(), kMaxInferenceIdBytes));
}

absl::Status CheckRawCount(const ModelInferRequest& request) {
  const int raw = request.raw_input_contents_size();
  if (raw == 0 || raw == request.inputs_size()) return absl::OkStatus();
  return BadField("raw_input_contents",
                  fmt::format("{} entries for {} inputs; there must be one for "
                              "each, or none at all",
                              raw, request.inputs_size()));
}

// Where the elements of an input of this name go; null where it has no such
// place.
Elements* PlaceOf(std::string_view name, InferenceInputs& inputs) {
  if (name == kImageTensor) return &inputs.images;
  if (name == kTextTensor) return &inputs.texts;
  return nullptr;
}

absl::StatusOr<InferenceInputs> ReadInputs(const ModelInferRequest& request,
                                           const ServiceLimits& limits) {
  if (request.inputs().empty()) {
    return BadField("inputs", "image, text or both are needed");
  }
  CLIP_RETURN_IF_ERROR(CheckRawCount(request));
  InferenceInputs inputs;
  for (int i = 0; i < request.inputs_size(); ++i) {
    const auto& tensor = request.inputs(i);
    Elements* const place = PlaceOf(tensor.name(), inputs);
    const std::string field = fmt::format("inputs[{}].name", i);
    if (place == nullptr) {
      return BadField(field, fmt::format("\"{}\" is no input; image and text "
                                         "are",
                                         EchoOf(tensor.name())));
    }
    if (!place->empty()) return BadField(field, "the input is there twice");
    const std::string* raw = request.raw_input_contents().empty()
                                 ? nullptr
                                 : &request.raw_input_contents(i);
    CLIP_ASSIGN_OR_RETURN(
        *place, ReadBytesTensor(tensor, raw, limits.max_items_per_call));
  }
  return inputs;
}

absl::Status AppendImageFiles(const Elements& files,
                              const ServiceLimits& limits,
                              std::vector<PipelineItem>& items) {
  for (size_t i = 0; i < files.size(); ++i) {
    CLIP_ASSIGN_OR_RETURN(
        PipelineItem item,
        CheckImageFile(files[i], ElementField(kImageTensor, i), limits));
    items.push_back(item);
  }
  return absl::OkStatus();
}

absl::Status AppendTextElements(const Elements& texts, const ServedModel& model,
                                const ServiceLimits& limits,
                                std::vector<PipelineItem>& items) {
  if (!texts.empty()) {
    CLIP_RETURN_IF_ERROR(CheckTakesTexts(kTextTensor, model));
  }
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string field = ElementField(kTextTensor, i);
    CLIP_ASSIGN_OR_RETURN(PipelineItem item,
                          CheckText(texts[i], field, limits));
    if (!IsUtf8(texts[i])) return BadField(field, "not UTF-8");
    items.push_back(item);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ReadNormalize(const InferParameter& value,
                                   const std::string& field) {
  if (value.parameter_choice_case() == InferParameter::kBoolParam) {
    return value.bool_param();
  }
  return BadField(field, "must be a bool");
}

absl::StatusOr<int> ReadDimensions(const InferParameter& value,
                                   const std::string& field, int embed_dim) {
  uint64_t dimensions = 0;
  switch (value.parameter_choice_case()) {
    case InferParameter::kInt64Param:
      // A negative value becomes one that no model has.
      dimensions = static_cast<uint64_t>(value.int64_param());
      break;
    case InferParameter::kUint64Param:
      dimensions = value.uint64_param();
      break;
    default:
      return BadField(field, "must be an int64");
  }
  if (dimensions > static_cast<uint64_t>(embed_dim)) {
    return BadField(field, fmt::format("must be from 0 to {}, the dimensions "
                                       "of the model",
                                       embed_dim));
  }
  return dimensions == 0 ? embed_dim : static_cast<int>(dimensions);
}

absl::StatusOr<EmbeddingLayout> ReadParameters(const ModelInferRequest& request,
                                               const ServedModel& model) {
  EmbeddingLayout layout;
  layout.dimensions = model.info.embed_dim;
  for (const auto& [name, value] : request.parameters()) {
    const std::string field = fmt::format("parameters[\"{}\"]", EchoOf(name));
    if (name == "normalize") {
      CLIP_ASSIGN_OR_RETURN(layout.normalize, ReadNormalize(value, field));
    } else if (name == "dimensions") {
      CLIP_ASSIGN_OR_RETURN(layout.dimensions,
                            ReadDimensions(value, field, model.info.embed_dim));
    } else {
      return BadField(field, "not known here; normalize and dimensions are");
    }
  }
  return layout;
}

bool IsPossible(InferenceOutput output, const InferenceInputs& inputs) {
  return (!NeedsImages(output) || !inputs.images.empty()) &&
         (!NeedsTexts(output) || !inputs.texts.empty());
}

std::vector<InferenceOutput> EveryOutput(const InferenceInputs& inputs) {
  std::vector<InferenceOutput> outputs;
  for (const InferenceOutput output : kInferenceOutputs) {
    if (IsPossible(output, inputs)) outputs.push_back(output);
  }
  return outputs;
}

absl::StatusOr<InferenceOutput> CheckOutput(
    const ModelInferRequest::InferRequestedOutputTensor& requested,
    const std::string& field, const InferenceInputs& inputs) {
  const std::optional<InferenceOutput> output =
      FindInferenceOutput(requested.name());
  if (!output.has_value()) {
    return BadField(field + ".name",
                    fmt::format("\"{}\" is no output; image_embedding, "
                                "text_embedding, logits and probabilities are",
                                EchoOf(requested.name())));
  }
  if (!IsPossible(*output, inputs)) {
    const char* missing = inputs.images.empty() ? kImageTensor : kTextTensor;
    return BadField(field + ".name",
                    fmt::format("{} needs the input {}, which is not there",
                                requested.name(), missing));
  }
  if (!requested.parameters().empty()) {
    return BadField(field + ".parameters",
                    "no parameter of an output is known, shared memory and "
                    "classification among them");
  }
  return *output;
}

absl::StatusOr<std::vector<InferenceOutput>> ReadOutputs(
    const ModelInferRequest& request, const InferenceInputs& inputs) {
  if (request.outputs().empty()) return EveryOutput(inputs);
  std::vector<InferenceOutput> outputs;
  for (int i = 0; i < request.outputs_size(); ++i) {
    const std::string field = fmt::format("outputs[{}]", i);
    CLIP_ASSIGN_OR_RETURN(const InferenceOutput output,
                          CheckOutput(request.outputs(i), field, inputs));
    if (std::count(outputs.begin(), outputs.end(), output) > 0) {
      return BadField(field + ".name", "the output is asked for twice");
    }
    outputs.push_back(output);
  }
  return outputs;
}

}  // namespace

absl::StatusOr<const ServedModel*> FindModelVersion(const ServedModels& models,
                                                    std::string_view name,
                                                    std::string_view version) {
  const absl::StatusOr<const ServedModel*> model = models.Find(name);
  if (!model.ok()) return UnknownInferenceModel(name);
  const std::string& served = (*model)->info.checkpoint_sha256;
  if (!version.empty() && version != served) {
    return UnknownModelVersion(version, served);
  }
  return model;
}

absl::StatusOr<InferenceJob> CheckInference(const ModelInferRequest& request,
                                            const ServedModel& model,
                                            const ServiceLimits& limits) {
  CLIP_RETURN_IF_ERROR(CheckId(request.id()));
  InferenceJob job;
  CLIP_ASSIGN_OR_RETURN(job.layout, ReadParameters(request, model));
  CLIP_ASSIGN_OR_RETURN(const InferenceInputs inputs,
                        ReadInputs(request, limits));
  job.images = static_cast<int>(inputs.images.size());
  const int texts = static_cast<int>(inputs.texts.size());
  CLIP_RETURN_IF_ERROR(CheckItemCount(job.images + texts, "inputs", limits));
  CLIP_RETURN_IF_ERROR(AppendImageFiles(inputs.images, limits, job.items));
  CLIP_RETURN_IF_ERROR(
      AppendTextElements(inputs.texts, model, limits, job.items));
  CLIP_ASSIGN_OR_RETURN(job.outputs, ReadOutputs(request, inputs));
  return job;
}

std::string InferenceItemField(int images, int index) {
  return index < images ? ElementField(kImageTensor, index)
                        : ElementField(kTextTensor, index - images);
}

}  // namespace clip::server
