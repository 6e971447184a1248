#include "client/message_conversion.h"

#include <string>
#include <utility>

namespace clip::client {
namespace {

v1::Format ToMessage(EmbeddingFormat format) {
  switch (format) {
    case EmbeddingFormat::kFloat32:
      return v1::FLOAT32;
    case EmbeddingFormat::kFloat16:
      return v1::FLOAT16;
    case EmbeddingFormat::kBfloat16:
      return v1::BFLOAT16;
    case EmbeddingFormat::kInt8:
      return v1::INT8;
    case EmbeddingFormat::kBinary:
      return v1::BINARY;
  }
  return v1::FORMAT_UNSPECIFIED;
}

EmbeddingFormat FromMessage(v1::Format format) {
  switch (format) {
    case v1::FLOAT16:
      return EmbeddingFormat::kFloat16;
    case v1::BFLOAT16:
      return EmbeddingFormat::kBfloat16;
    case v1::INT8:
      return EmbeddingFormat::kInt8;
    case v1::BINARY:
      return EmbeddingFormat::kBinary;
    default:
      return EmbeddingFormat::kFloat32;
  }
}

// Fills one member of the oneof, by the kind of picture.
struct FillImage {
  v1::Image* message;

  void operator()(EncodedImage& image) const {
    message->set_encoded(std::move(image.file));
  }
  void operator()(RgbImage& image) const {
    message->mutable_rgb()->set_width(image.width);
    message->mutable_rgb()->set_height(image.height);
    message->mutable_rgb()->set_data(std::move(image.data));
  }
  void operator()(PixelValues& image) const {
    message->mutable_pixels()->set_data(std::move(image.data));
  }
};

void Fill(Embedding embedding, v1::Embedding* message) {
  message->mutable_values()->Assign(embedding.values.begin(),
                                    embedding.values.end());
  message->set_packed(std::move(embedding.packed));
  message->set_format(ToMessage(embedding.format));
}

Embedding FromMessage(v1::Embedding* message) {
  Embedding embedding;
  embedding.format = FromMessage(message->format());
  embedding.values.assign(message->values().begin(), message->values().end());
  embedding.packed = std::move(*message->mutable_packed());
  return embedding;
}

template <typename Response>
std::vector<Embedding> EmbeddingsOf(Response* response) {
  std::vector<Embedding> embeddings;
  embeddings.reserve(response->embeddings_size());
  for (v1::Embedding& message : *response->mutable_embeddings()) {
    embeddings.push_back(FromMessage(&message));
  }
  return embeddings;
}

Timing FromMessage(const v1::Timing& message) {
  return Timing{absl::Seconds(message.preprocess_seconds()),
                absl::Seconds(message.queue_seconds()),
                absl::Seconds(message.forward_seconds()),
                absl::Seconds(message.total_seconds())};
}

LabelSet FromMessage(const v1::LabelSet& message) {
  LabelSet set;
  set.name = message.name();
  set.model = client::FromMessage(message.model());
  set.labels.assign(message.labels().begin(), message.labels().end());
  set.template_count = message.template_count();
  set.truncated_count = message.truncated_count();
  return set;
}

// Fills one member of the oneof, by the kind of item.
struct FillItem {
  v1::EncodeRequest* message;

  void operator()(Image& image) const {
    std::visit(FillImage{message->mutable_image()}, image);
  }
  void operator()(std::string& text) const {
    message->set_text(std::move(text));
  }
  void operator()(const TokenIds& ids) const {
    message->mutable_token_ids()->mutable_ids()->Assign(ids.begin(), ids.end());
  }
};

}  // namespace

v1::EmbeddingOptions ToMessage(const EmbeddingOptions& options) {
  v1::EmbeddingOptions message;
  message.set_normalize(options.normalize);
  message.set_format(ToMessage(options.format));
  message.set_dimensions(options.dimensions);
  return message;
}

v1::EncodeRequest ToMessage(StreamItem item) {
  v1::EncodeRequest message;
  message.set_id(item.id);
  std::visit(FillItem{&message}, item.content);
  return message;
}

ModelVersion FromMessage(const v1::ModelVersion& version) {
  return ModelVersion{version.name(), version.checkpoint_sha256()};
}

StreamReply FromMessage(v1::EncodeResponse response) {
  return StreamReply{FromMessage(response.mutable_embedding()),
                     response.token_count(), response.truncated()};
}

v1::EncodeImageRequest ToMessage(EncodeImageRequest request) {
  v1::EncodeImageRequest message;
  message.set_model(std::move(request.model));
  for (Image& image : request.images) {
    std::visit(FillImage{message.add_images()}, image);
  }
  *message.mutable_options() = ToMessage(request.options);
  return message;
}

v1::EncodeTextRequest ToMessage(EncodeTextRequest request) {
  v1::EncodeTextRequest message;
  message.set_model(std::move(request.model));
  for (std::string& text : request.texts) message.add_texts(std::move(text));
  for (const TokenIds& ids : request.token_ids) {
    message.add_token_ids()->mutable_ids()->Assign(ids.begin(), ids.end());
  }
  *message.mutable_options() = ToMessage(request.options);
  return message;
}

v1::SimilarityRequest ToMessage(SimilarityRequest request) {
  v1::SimilarityRequest message;
  message.set_model(std::move(request.model));
  for (Image& image : request.images) {
    std::visit(FillImage{message.add_images()}, image);
  }
  for (std::string& text : request.texts) message.add_texts(std::move(text));
  for (Embedding& embedding : request.image_embeddings) {
    Fill(std::move(embedding), message.add_image_embeddings());
  }
  for (Embedding& embedding : request.text_embeddings) {
    Fill(std::move(embedding), message.add_text_embeddings());
  }
  message.set_label_set(std::move(request.label_set));
  return message;
}

v1::PutLabelSetRequest ToMessage(PutLabelSetRequest request) {
  v1::PutLabelSetRequest message;
  message.set_model(std::move(request.model));
  message.set_name(std::move(request.name));
  for (std::string& label : request.labels) {
    message.add_labels(std::move(label));
  }
  for (std::string& text : request.templates) {
    message.add_templates(std::move(text));
  }
  if (message.templates().empty()) {
    message.set_template_set(
        request.template_set == TemplateSet::kOpenAi ? v1::OPENAI : v1::SIMPLE);
  }
  return message;
}

EncodeImageReply FromMessage(v1::EncodeImageResponse response) {
  EncodeImageReply reply;
  reply.embeddings = EmbeddingsOf(&response);
  reply.model = FromMessage(response.model());
  reply.timing = FromMessage(response.timing());
  return reply;
}

EncodeTextReply FromMessage(v1::EncodeTextResponse response) {
  EncodeTextReply reply;
  reply.embeddings = EmbeddingsOf(&response);
  reply.model = FromMessage(response.model());
  reply.timing = FromMessage(response.timing());
  reply.token_count.assign(response.token_count().begin(),
                           response.token_count().end());
  reply.truncated.assign(response.truncated().begin(),
                         response.truncated().end());
  return reply;
}

SimilarityReply FromMessage(const v1::SimilarityResponse& response) {
  SimilarityReply reply;
  reply.rows = response.rows();
  reply.columns = response.columns();
  reply.logits.assign(response.logits().begin(), response.logits().end());
  reply.probabilities.assign(response.probabilities().begin(),
                             response.probabilities().end());
  reply.logit_scale = response.logit_scale();
  if (response.has_logit_bias()) reply.logit_bias = response.logit_bias();
  reply.model = FromMessage(response.model());
  reply.timing = FromMessage(response.timing());
  reply.token_count.assign(response.token_count().begin(),
                           response.token_count().end());
  reply.truncated.assign(response.truncated().begin(),
                         response.truncated().end());
  reply.labels.assign(response.labels().begin(), response.labels().end());
  return reply;
}

PutLabelSetReply FromMessage(const v1::PutLabelSetResponse& response) {
  return PutLabelSetReply{FromMessage(response.label_set()),
                          FromMessage(response.timing())};
}

std::vector<LabelSet> FromMessage(const v1::ListLabelSetsResponse& response) {
  std::vector<LabelSet> sets;
  for (const v1::LabelSet& set : response.label_sets()) {
    sets.push_back(FromMessage(set));
  }
  return sets;
}

ModelInfo FromMessage(const v1::ModelInfo& info) {
  ModelInfo model;
  model.name = info.name();
  model.architecture = info.architecture();
  model.embed_dim = info.embed_dim();
  model.image_width = info.image_width();
  model.image_height = info.image_height();
  model.context_length = info.context_length();
  model.vocab_size = info.vocab_size();
  const v1::Preprocessing& preprocessing = info.preprocessing();
  model.preprocessing.mean.assign(preprocessing.mean().begin(),
                                  preprocessing.mean().end());
  model.preprocessing.std.assign(preprocessing.std().begin(),
                                 preprocessing.std().end());
  model.preprocessing.interpolation = preprocessing.interpolation();
  model.preprocessing.resize_mode = preprocessing.resize_mode();
  model.dtype = info.dtype();
  model.device = info.device();
  model.checkpoint_sha256 = info.checkpoint_sha256();
  model.logit_scale = info.logit_scale();
  if (info.has_logit_bias()) model.logit_bias = info.logit_bias();
  return model;
}

std::vector<ModelInfo> FromMessage(const v1::ListModelsResponse& response) {
  std::vector<ModelInfo> models;
  models.reserve(response.models_size());
  for (const v1::ModelInfo& info : response.models()) {
    models.push_back(FromMessage(info));
  }
  return models;
}

}  // namespace clip::client
