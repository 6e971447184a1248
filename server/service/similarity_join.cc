#include "server/service/similarity_join.h"

#include <fmt/format.h>
#include <google/protobuf/repeated_field.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/types/span.h"
#include "model/base/status_macros.h"
#include "server/service/embedding_packing.h"
#include "server/service/errors.h"
#include "server/service/response_writer.h"
#include "server/service/similarity_scores.h"

namespace clip::server {
namespace {

using Embeddings = google::protobuf::RepeatedPtrField<v1::Embedding>;

// The values of one embedding as the caller wrote it.
absl::StatusOr<std::vector<float>> ReadValues(const v1::Embedding& embedding,
                                              int embed_dim) {
  const bool is_float = embedding.format() == v1::FLOAT32 ||
                        embedding.format() == v1::FORMAT_UNSPECIFIED;
  if (!is_float) {
    return UnpackEmbedding(embedding.packed(), embedding.format(), embed_dim);
  }
  if (embedding.values_size() != embed_dim) {
    return absl::InvalidArgumentError(
        fmt::format("{} values; the model has {} dimensions",
                    embedding.values_size(), embed_dim));
  }
  return std::vector<float>(embedding.values().begin(),
                            embedding.values().end());
}

absl::Status CheckDirection(absl::Span<const float> values) {
  if (!std::all_of(values.begin(), values.end(),
                   [](float value) { return std::isfinite(value); })) {
    return absl::InvalidArgumentError("a value is not finite");
  }
  if (std::all_of(values.begin(), values.end(),
                  [](float value) { return value == 0.0F; })) {
    return absl::InvalidArgumentError("all values are zero");
  }
  return absl::OkStatus();
}

absl::Status ReadEmbeddings(const Embeddings& embeddings,
                            const std::string& field, int embed_dim,
                            std::vector<float>& rows) {
  for (int i = 0; i < embeddings.size(); ++i) {
    const absl::StatusOr<std::vector<float>> values =
        ReadValues(embeddings[i], embed_dim);
    const absl::Status status =
        values.ok() ? CheckDirection(*values) : values.status();
    if (!status.ok()) {
      return BadField(fmt::format("{}[{}]", field, i),
                      std::string(status.message()));
    }
    rows.insert(rows.end(), values->begin(), values->end());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SimilarityJoin> SimilarityJoin::Create(
    const v1::SimilarityRequest& request, const ServedModel& model,
    std::shared_ptr<const LabelSet> label_set) {
  SimilarityJoin join(model, request.images_size());
  CLIP_RETURN_IF_ERROR(ReadEmbeddings(request.image_embeddings(),
                                      "image_embeddings", model.info.embed_dim,
                                      join.images_));
  CLIP_RETURN_IF_ERROR(ReadEmbeddings(request.text_embeddings(),
                                      "text_embeddings", model.info.embed_dim,
                                      join.texts_));
  join.label_set_ = std::move(label_set);
  return join;
}

SimilarityJoin::SimilarityJoin(const ServedModel& model, int encoded_images)
    : model_(&model), encoded_images_(encoded_images) {}

v1::SimilarityResponse SimilarityJoin::Join(const CallResult& result,
                                            absl::Duration total) {
  const model::ModelInfo& info = model_->info;
  // Only now: a call that waits for its pictures holds no copy.
  if (label_set_ != nullptr) texts_ = label_set_->weights;
  AddEncoded(result);
  const size_t rows = images_.size() / info.embed_dim;
  const size_t columns = texts_.size() / info.embed_dim;
  const SimilarityScores scores =
      ScoreEmbeddings(std::move(images_), std::move(texts_), info);

  v1::SimilarityResponse response;
  response.set_rows(rows);
  response.set_columns(columns);
  response.mutable_logits()->Add(scores.logits.begin(), scores.logits.end());
  response.mutable_probabilities()->Add(scores.probabilities.begin(),
                                        scores.probabilities.end());
  response.set_logit_scale(info.logit_scale);
  if (info.logit_bias.has_value()) response.set_logit_bias(*info.logit_bias);
  *response.mutable_model() = WriteModelVersion(*model_);
  *response.mutable_timing() = WriteTiming(result.timing, total);
  WriteTokenCounts(result, response);
  if (label_set_ != nullptr) {
    response.mutable_labels()->Add(label_set_->labels.begin(),
                                   label_set_->labels.end());
  }
  return response;
}

void SimilarityJoin::AddEncoded(const CallResult& result) {
  for (size_t i = 0; i < result.items.size(); ++i) {
    const bool is_image = i < static_cast<size_t>(encoded_images_);
    const std::vector<float>& row = result.items[i].embedding;
    std::vector<float>& rows = is_image ? images_ : texts_;
    rows.insert(rows.end(), row.begin(), row.end());
  }
}

void SimilarityJoin::WriteTokenCounts(const CallResult& result,
                                      v1::SimilarityResponse& response) const {
  for (size_t i = encoded_images_; i < result.items.size(); ++i) {
    response.add_token_count(result.items[i].token_count);
    response.add_truncated(result.items[i].truncated);
  }
}

}  // namespace clip::server
