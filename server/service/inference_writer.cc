#include "server/service/inference_writer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "server/service/response_writer.h"
#include "server/service/similarity_scores.h"

namespace clip::server {
namespace {

using Items = absl::Span<const EncodedItem>;

// Little-endian whatever the machine is.
void AppendFloat(float value, std::string& bytes) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  for (size_t i = 0; i < sizeof(bits); ++i) {
    bytes.push_back(static_cast<char>(bits >> (8 * i) & 0xFFU));
  }
}

void AddOutput(InferenceOutput output, size_t rows, size_t columns,
               absl::Span<const float> values,
               inference::ModelInferResponse& response) {
  auto& tensor = *response.add_outputs();
  tensor.set_name(InferenceOutputName(output));
  tensor.set_datatype("FP32");
  tensor.add_shape(static_cast<int64_t>(rows));
  tensor.add_shape(static_cast<int64_t>(columns));
  std::string& bytes = *response.add_raw_output_contents();
  bytes.reserve(values.size() * sizeof(float));
  for (const float value : values) AppendFloat(value, bytes);
}

void AddEmbeddings(InferenceOutput output, Items items,
                   const EmbeddingLayout& layout,
                   inference::ModelInferResponse& response) {
  std::vector<float> rows;
  rows.reserve(items.size() * layout.dimensions);
  for (const EncodedItem& item : items) {
    const std::vector<float> row = LaidOutValues(item.embedding, layout);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  AddOutput(output, items.size(), layout.dimensions, rows, response);
}

std::vector<float> WholeRows(Items items) {
  std::vector<float> rows;
  for (const EncodedItem& item : items) {
    rows.insert(rows.end(), item.embedding.begin(), item.embedding.end());
  }
  return rows;
}

bool IsScore(InferenceOutput output) {
  return NeedsImages(output) && NeedsTexts(output);
}

// Scores are made of whole embeddings, whatever layout the caller wants.
std::optional<SimilarityScores> ScoresOf(const InferenceJob& job, Items images,
                                         Items texts,
                                         const ServedModel& model) {
  if (std::none_of(job.outputs.begin(), job.outputs.end(), IsScore)) {
    return std::nullopt;
  }
  return ScoreEmbeddings(WholeRows(images), WholeRows(texts), model.info);
}

}  // namespace

inference::ModelInferResponse WriteInference(const CallResult& result,
                                             const InferenceJob& job,
                                             const ServedModel& model,
                                             const std::string& id) {
  const Items images = absl::MakeConstSpan(result.items).first(job.images);
  const Items texts = absl::MakeConstSpan(result.items).subspan(job.images);
  const std::optional<SimilarityScores> scores =
      ScoresOf(job, images, texts, model);
  inference::ModelInferResponse response;
  response.set_model_name(model.name);
  response.set_model_version(model.info.checkpoint_sha256);
  response.set_id(id);
  for (const InferenceOutput output : job.outputs) {
    switch (output) {
      case InferenceOutput::kImageEmbedding:
        AddEmbeddings(output, images, job.layout, response);
        break;
      case InferenceOutput::kTextEmbedding:
        AddEmbeddings(output, texts, job.layout, response);
        break;
      case InferenceOutput::kLogits:
        AddOutput(output, images.size(), texts.size(), scores->logits,
                  response);
        break;
      case InferenceOutput::kProbabilities:
        AddOutput(output, images.size(), texts.size(), scores->probabilities,
                  response);
        break;
    }
  }
  return response;
}

}  // namespace clip::server
