#include "server/service/response_writer.h"

#include <vector>

#include "model/similarity.h"
#include "server/service/embedding_packing.h"

namespace clip::server {
namespace {

const char* NameOf(model::Interpolation interpolation) {
  switch (interpolation) {
    case model::Interpolation::kBicubic:
      return "bicubic";
    case model::Interpolation::kBilinear:
      return "bilinear";
  }
  return "";
}

const char* NameOf(model::ResizeMode mode) {
  switch (mode) {
    case model::ResizeMode::kShortest:
      return "shortest";
    case model::ResizeMode::kLongest:
      return "longest";
    case model::ResizeMode::kSquash:
      return "squash";
  }
  return "";
}

v1::Preprocessing WritePreprocessing(const model::PreprocessConfig& config) {
  v1::Preprocessing preprocessing;
  for (const float mean : config.mean) preprocessing.add_mean(mean);
  for (const float std : config.std) preprocessing.add_std(std);
  preprocessing.set_interpolation(NameOf(config.interpolation));
  preprocessing.set_resize_mode(NameOf(config.resize_mode));
  return preprocessing;
}

}  // namespace

v1::ModelInfo WriteModelInfo(const ServedModel& model) {
  const model::ModelInfo& info = model.info;
  v1::ModelInfo message;
  message.set_name(model.name);
  message.set_architecture(info.architecture);
  message.set_embed_dim(info.embed_dim);
  message.set_image_width(info.preprocess.image_width);
  message.set_image_height(info.preprocess.image_height);
  message.set_context_length(info.context_length);
  message.set_vocab_size(info.vocab_size);
  *message.mutable_preprocessing() = WritePreprocessing(info.preprocess);
  message.set_dtype(info.dtype);
  message.set_device(info.device);
  message.set_checkpoint_sha256(info.checkpoint_sha256);
  message.set_logit_scale(info.logit_scale);
  if (info.logit_bias.has_value()) message.set_logit_bias(*info.logit_bias);
  return message;
}

v1::LabelSet WriteLabelSet(const LabelSet& set) {
  v1::LabelSet message;
  message.set_name(set.name);
  *message.mutable_model() = WriteModelVersion(*set.model);
  message.mutable_labels()->Add(set.labels.begin(), set.labels.end());
  message.set_template_count(set.template_count);
  message.set_truncated_count(set.truncated_count);
  return message;
}

v1::ModelVersion WriteModelVersion(const ServedModel& model) {
  v1::ModelVersion version;
  version.set_name(model.name);
  version.set_checkpoint_sha256(model.info.checkpoint_sha256);
  return version;
}

v1::Timing WriteTiming(const CallTiming& timing, absl::Duration total) {
  v1::Timing message;
  message.set_preprocess_seconds(absl::ToDoubleSeconds(timing.preprocess));
  message.set_queue_seconds(absl::ToDoubleSeconds(timing.queue));
  message.set_forward_seconds(absl::ToDoubleSeconds(timing.forward));
  message.set_total_seconds(absl::ToDoubleSeconds(total));
  return message;
}

std::vector<float> LaidOutValues(absl::Span<const float> embedding,
                                 const EmbeddingLayout& layout) {
  const absl::Span<const float> kept = embedding.first(layout.dimensions);
  std::vector<float> values(kept.begin(), kept.end());
  if (layout.normalize) model::NormalizeRow(absl::MakeSpan(values));
  return values;
}

v1::Embedding WriteEmbedding(absl::Span<const float> embedding,
                             const EmbeddingLayout& layout) {
  const std::vector<float> values = LaidOutValues(embedding, layout);
  v1::Embedding message;
  message.set_format(layout.format);
  if (layout.format == v1::FLOAT32) {
    message.mutable_values()->Add(values.begin(), values.end());
  } else {
    message.set_packed(PackEmbedding(values, layout.format));
  }
  return message;
}

v1::EncodeImageResponse WriteImageResponse(const CallResult& result,
                                           const EmbeddingLayout& layout,
                                           const ServedModel& model,
                                           absl::Duration total) {
  v1::EncodeImageResponse response;
  for (const EncodedItem& item : result.items) {
    *response.add_embeddings() = WriteEmbedding(item.embedding, layout);
  }
  *response.mutable_model() = WriteModelVersion(model);
  *response.mutable_timing() = WriteTiming(result.timing, total);
  return response;
}

v1::EncodeTextResponse WriteTextResponse(const CallResult& result,
                                         const EmbeddingLayout& layout,
                                         const ServedModel& model,
                                         absl::Duration total) {
  v1::EncodeTextResponse response;
  for (const EncodedItem& item : result.items) {
    *response.add_embeddings() = WriteEmbedding(item.embedding, layout);
    response.add_token_count(item.token_count);
    response.add_truncated(item.truncated);
  }
  *response.mutable_model() = WriteModelVersion(model);
  *response.mutable_timing() = WriteTiming(result.timing, total);
  return response;
}

v1::EncodeResponse WriteStreamItem(const EncodedItem& item,
                                   const EmbeddingLayout& layout) {
  v1::EncodeResponse response;
  *response.mutable_embedding() = WriteEmbedding(item.embedding, layout);
  response.set_token_count(item.token_count);
  response.set_truncated(item.truncated);
  return response;
}

}  // namespace clip::server
