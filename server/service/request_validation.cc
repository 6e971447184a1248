#include "server/service/request_validation.h"

#include <fmt/format.h>
#include <google/protobuf/repeated_field.h>

#include <cstdint>

#include "absl/status/status.h"
#include "model/base/status_macros.h"
#include "server/service/errors.h"
#include "server/service/item_validation.h"

namespace clip::server {
namespace {

using Images = google::protobuf::RepeatedPtrField<v1::Image>;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

std::string IndexedField(const char* list, int index) {
  return fmt::format("{}[{}]", list, index);
}

absl::Status AppendImages(const Images& images, const ServedModel& model,
                          const ServiceLimits& limits,
                          std::vector<PipelineItem>& items) {
  for (int i = 0; i < images.size(); ++i) {
    CLIP_ASSIGN_OR_RETURN(
        PipelineItem item,
        CheckImage(images[i], IndexedField("images", i), model, limits));
    items.push_back(item);
  }
  return absl::OkStatus();
}

absl::Status AppendTexts(const Texts& texts, const ServedModel& model,
                         const ServiceLimits& limits,
                         std::vector<PipelineItem>& items) {
  if (!texts.empty()) CLIP_RETURN_IF_ERROR(CheckTakesTexts("texts", model));
  for (int i = 0; i < texts.size(); ++i) {
    CLIP_ASSIGN_OR_RETURN(
        PipelineItem item,
        CheckText(texts[i], IndexedField("texts", i), limits));
    items.push_back(item);
  }
  return absl::OkStatus();
}

// Exactly one of two lists must be filled.
absl::Status CheckEither(int first, const std::string& first_name, int second,
                         const std::string& second_name) {
  if (first > 0 && second > 0) {
    return BadField(second_name, fmt::format("{} and {} exclude each other",
                                             first_name, second_name));
  }
  if (first == 0 && second == 0) {
    return BadField(first_name, fmt::format("one of {} and {} must be filled",
                                            first_name, second_name));
  }
  return absl::OkStatus();
}

// A label set takes the place of the texts.
absl::Status CheckColumns(const v1::SimilarityRequest& request) {
  if (request.label_set().empty()) {
    return CheckEither(request.texts_size(), "texts",
                       request.text_embeddings_size(), "text_embeddings");
  }
  if (request.texts().empty() && request.text_embeddings().empty()) {
    return absl::OkStatus();
  }
  return BadField("label_set",
                  "texts, text_embeddings and label_set exclude each other");
}

}  // namespace

absl::StatusOr<std::vector<PipelineItem>> CheckItems(
    const v1::EncodeImageRequest& request, const ServedModel& model,
    const ServiceLimits& limits) {
  if (request.images().empty()) {
    return BadField("images", "at least one picture is needed");
  }
  CLIP_RETURN_IF_ERROR(CheckItemCount(request.images_size(), "images", limits));
  std::vector<PipelineItem> items;
  CLIP_RETURN_IF_ERROR(AppendImages(request.images(), model, limits, items));
  return items;
}

absl::StatusOr<std::vector<PipelineItem>> CheckItems(
    const v1::EncodeTextRequest& request, const ServedModel& model,
    const ServiceLimits& limits) {
  CLIP_RETURN_IF_ERROR(CheckEither(request.texts_size(), "texts",
                                   request.token_ids_size(), "token_ids"));
  CLIP_RETURN_IF_ERROR(CheckItemCount(request.texts_size(), "texts", limits));
  CLIP_RETURN_IF_ERROR(
      CheckItemCount(request.token_ids_size(), "token_ids", limits));
  std::vector<PipelineItem> items;
  CLIP_RETURN_IF_ERROR(AppendTexts(request.texts(), model, limits, items));
  for (int i = 0; i < request.token_ids_size(); ++i) {
    CLIP_ASSIGN_OR_RETURN(
        PipelineItem item,
        CheckTokens(request.token_ids(i), IndexedField("token_ids", i),
                    model.info));
    items.push_back(item);
  }
  return items;
}

absl::StatusOr<std::vector<PipelineItem>> CheckItems(
    const v1::SimilarityRequest& request, const ServedModel& model,
    const ServiceLimits& limits) {
  CLIP_RETURN_IF_ERROR(CheckEither(request.images_size(), "images",
                                   request.image_embeddings_size(),
                                   "image_embeddings"));
  CLIP_RETURN_IF_ERROR(CheckColumns(request));
  const int images = request.images_size() + request.image_embeddings_size();
  const int texts = request.texts_size() + request.text_embeddings_size();
  CLIP_RETURN_IF_ERROR(CheckItemCount(images, "images", limits));
  CLIP_RETURN_IF_ERROR(CheckItemCount(images + texts, "texts", limits));
  std::vector<PipelineItem> items;
  CLIP_RETURN_IF_ERROR(AppendImages(request.images(), model, limits, items));
  CLIP_RETURN_IF_ERROR(AppendTexts(request.texts(), model, limits, items));
  return items;
}

absl::StatusOr<PipelineItem> CheckItem(const v1::EncodeRequest& request,
                                       const ServedModel& model,
                                       const ServiceLimits& limits) {
  switch (request.item_case()) {
    case v1::EncodeRequest::kImage:
      return CheckImage(request.image(), "image", model, limits);
    case v1::EncodeRequest::kText:
      CLIP_RETURN_IF_ERROR(CheckTakesTexts("text", model));
      return CheckText(request.text(), "text", limits);
    case v1::EncodeRequest::kTokenIds:
      return CheckTokens(request.token_ids(), "token_ids", model.info);
    case v1::EncodeRequest::ITEM_NOT_SET:
      break;
  }
  return BadField("item", "one of image, text and token_ids must be set");
}

absl::StatusOr<EmbeddingLayout> CheckOptions(
    const v1::EmbeddingOptions& options, const ServedModel& model) {
  EmbeddingLayout layout;
  layout.normalize = !options.has_normalize() || options.normalize();
  if (!v1::Format_IsValid(options.format())) {
    return BadField("options.format",
                    fmt::format("{} is no clip.v1.Format",
                                static_cast<int>(options.format())));
  }
  if (options.format() != v1::FORMAT_UNSPECIFIED) {
    layout.format = options.format();
  }
  if (layout.format == v1::INT8 && !layout.normalize) {
    return BadField("options.format", "INT8 needs normalized embeddings");
  }
  const auto embed_dim = static_cast<uint32_t>(model.info.embed_dim);
  if (options.dimensions() > embed_dim) {
    return BadField(
        "options.dimensions",
        fmt::format("{}; the model has {}", options.dimensions(), embed_dim));
  }
  layout.dimensions = static_cast<int>(
      options.dimensions() == 0 ? embed_dim : options.dimensions());
  return layout;
}

std::string ItemField(const v1::EncodeImageRequest& request, int index) {
  return ImageField(request.images(index), IndexedField("images", index));
}

std::string ItemField(const v1::EncodeTextRequest& request, int index) {
  return IndexedField(request.texts().empty() ? "token_ids" : "texts", index);
}

std::string ItemField(const v1::SimilarityRequest& request, int index) {
  const int images = request.images_size();
  if (index >= images) return IndexedField("texts", index - images);
  return ImageField(request.images(index), IndexedField("images", index));
}

std::string ItemField(const v1::EncodeRequest& request) {
  switch (request.item_case()) {
    case v1::EncodeRequest::kImage:
      return ImageField(request.image(), "image");
    case v1::EncodeRequest::kText:
      return "text";
    case v1::EncodeRequest::kTokenIds:
      return "token_ids";
    case v1::EncodeRequest::ITEM_NOT_SET:
      break;
  }
  return "item";
}

}  // namespace clip::server
