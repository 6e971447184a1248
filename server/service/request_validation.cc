#include "server/service/request_validation.h"

#include <fmt/format.h>
#include <google/protobuf/repeated_field.h>

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "model/base/status_macros.h"
#include "server/service/errors.h"

namespace clip::server {
namespace {

using Images = google::protobuf::RepeatedPtrField<v1::Image>;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

constexpr int kChannels = 3;

std::string ImageField(const v1::Image& image, int index) {
  switch (image.content_case()) {
    case v1::Image::kEncoded:
      return fmt::format("images[{}].encoded", index);
    case v1::Image::kRgb:
      return fmt::format("images[{}].rgb", index);
    case v1::Image::kPixels:
      return fmt::format("images[{}].pixels", index);
    case v1::Image::CONTENT_NOT_SET:
      break;
  }
  return fmt::format("images[{}]", index);
}

std::string TextField(int index) { return fmt::format("texts[{}]", index); }

std::string TokensField(int index) {
  return fmt::format("token_ids[{}]", index);
}

absl::Status CheckEncoded(std::string_view file, const ServiceLimits& limits,
                          const std::string& field) {
  if (file.empty()) return BadField(field, "the file is empty");
  if (file.size() > limits.max_image_bytes) {
    return BadField(field, fmt::format("{} bytes; at most {} are allowed",
                                       file.size(), limits.max_image_bytes));
  }
  return absl::OkStatus();
}

absl::Status CheckRgb(const v1::RgbImage& rgb, const ServiceLimits& limits,
                      const std::string& field) {
  if (rgb.width() == 0 || rgb.height() == 0) {
    return BadField(field, fmt::format("{} x {} pixels are no picture",
                                       rgb.width(), rgb.height()));
  }
  const uint64_t pixels = uint64_t{rgb.width()} * rgb.height();
  if (pixels > static_cast<uint64_t>(limits.max_image_pixels)) {
    return BadField(field, fmt::format("{} pixels; at most {} are allowed",
                                       pixels, limits.max_image_pixels));
  }
  if (rgb.data().size() != pixels * kChannels) {
    return BadField(field + ".data",
                    fmt::format("{} bytes; {} x {} pixels of 3 bytes need {}",
                                rgb.data().size(), rgb.width(), rgb.height(),
                                pixels * kChannels));
  }
  return absl::OkStatus();
}

absl::Status CheckPixels(const v1::PixelValues& pixels,
                         const model::PreprocessConfig& preprocess,
                         const std::string& field) {
  const size_t expected = size_t{kChannels} * preprocess.image_height *
                          preprocess.image_width * sizeof(float);
  if (pixels.data().size() != expected) {
    return BadField(
        field + ".data",
        fmt::format("{} bytes; the model's 3 x {} x {} float32 need {}",
                    pixels.data().size(), preprocess.image_height,
                    preprocess.image_width, expected));
  }
  return absl::OkStatus();
}

absl::StatusOr<PipelineItem> CheckImage(const v1::Image& image, int index,
                                        const ServedModel& model,
                                        const ServiceLimits& limits) {
  const std::string field = ImageField(image, index);
  switch (image.content_case()) {
    case v1::Image::kEncoded:
      CLIP_RETURN_IF_ERROR(CheckEncoded(image.encoded(), limits, field));
      return EncodedImage{image.encoded()};
    case v1::Image::kRgb:
      CLIP_RETURN_IF_ERROR(CheckRgb(image.rgb(), limits, field));
      return RgbPixels{image.rgb().width(), image.rgb().height(),
                       image.rgb().data()};
    case v1::Image::kPixels:
      CLIP_RETURN_IF_ERROR(
          CheckPixels(image.pixels(), model.info.preprocess, field));
      return NormalizedPixels{image.pixels().data()};
    case v1::Image::CONTENT_NOT_SET:
      break;
  }
  return BadField(field, "one of encoded, rgb and pixels must be set");
}

absl::StatusOr<PipelineItem> CheckText(const std::string& text, int index,
                                       const ServiceLimits& limits) {
  if (text.size() > limits.max_text_bytes) {
    return BadField(TextField(index),
                    fmt::format("{} bytes; at most {} are allowed", text.size(),
                                limits.max_text_bytes));
  }
  return TextString{text};
}

absl::StatusOr<PipelineItem> CheckTokens(const v1::TokenIds& tokens, int index,
                                         const model::ModelInfo& info) {
  const std::string field = TokensField(index);
  if (tokens.ids().empty() || tokens.ids_size() > info.context_length) {
    return BadField(field, fmt::format("{} ids; 1 to {} are allowed",
                                       tokens.ids_size(), info.context_length));
  }
  for (int i = 0; i < tokens.ids_size(); ++i) {
    if (tokens.ids(i) < 0 || tokens.ids(i) >= info.vocab_size) {
      return BadField(fmt::format("{}.ids[{}]", field, i),
                      fmt::format("{} is outside the vocabulary of {} ids",
                                  tokens.ids(i), info.vocab_size));
    }
  }
  return TextTokens{
      absl::MakeConstSpan(tokens.ids().data(), tokens.ids_size())};
}

absl::Status CheckCount(int count, const std::string& field,
                        const ServiceLimits& limits) {
  if (count <= limits.max_items_per_call) return absl::OkStatus();
  return BadField(field, fmt::format("{} items; at most {} a call are allowed",
                                     count, limits.max_items_per_call));
}

absl::Status AppendImages(const Images& images, const ServedModel& model,
                          const ServiceLimits& limits,
                          std::vector<PipelineItem>& items) {
  for (int i = 0; i < images.size(); ++i) {
    CLIP_ASSIGN_OR_RETURN(PipelineItem item,
                          CheckImage(images[i], i, model, limits));
    items.push_back(item);
  }
  return absl::OkStatus();
}

absl::Status AppendTexts(const Texts& texts, const ServedModel& model,
                         const ServiceLimits& limits,
                         std::vector<PipelineItem>& items) {
  if (!texts.empty() && !model.tokenizer_unavailable.empty()) {
    return BadField("texts", fmt::format("this model takes token ids only: {}",
                                         model.tokenizer_unavailable));
  }
  for (int i = 0; i < texts.size(); ++i) {
    CLIP_ASSIGN_OR_RETURN(PipelineItem item, CheckText(texts[i], i, limits));
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
  CLIP_RETURN_IF_ERROR(CheckCount(request.images_size(), "images", limits));
  std::vector<PipelineItem> items;
  CLIP_RETURN_IF_ERROR(AppendImages(request.images(), model, limits, items));
  return items;
}

absl::StatusOr<std::vector<PipelineItem>> CheckItems(
    const v1::EncodeTextRequest& request, const ServedModel& model,
    const ServiceLimits& limits) {
  CLIP_RETURN_IF_ERROR(CheckEither(request.texts_size(), "texts",
                                   request.token_ids_size(), "token_ids"));
  CLIP_RETURN_IF_ERROR(CheckCount(request.texts_size(), "texts", limits));
  CLIP_RETURN_IF_ERROR(
      CheckCount(request.token_ids_size(), "token_ids", limits));
  std::vector<PipelineItem> items;
  CLIP_RETURN_IF_ERROR(AppendTexts(request.texts(), model, limits, items));
  for (int i = 0; i < request.token_ids_size(); ++i) {
    CLIP_ASSIGN_OR_RETURN(PipelineItem item,
                          CheckTokens(request.token_ids(i), i, model.info));
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
  CLIP_RETURN_IF_ERROR(CheckCount(images, "images", limits));
  CLIP_RETURN_IF_ERROR(CheckCount(images + texts, "texts", limits));
  std::vector<PipelineItem> items;
  CLIP_RETURN_IF_ERROR(AppendImages(request.images(), model, limits, items));
  CLIP_RETURN_IF_ERROR(AppendTexts(request.texts(), model, limits, items));
  return items;
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
  return ImageField(request.images(index), index);
}

std::string ItemField(const v1::EncodeTextRequest& request, int index) {
  return request.texts().empty() ? TokensField(index) : TextField(index);
}

std::string ItemField(const v1::SimilarityRequest& request, int index) {
  const int images = request.images_size();
  return index < images ? ImageField(request.images(index), index)
                        : TextField(index - images);
}

}  // namespace clip::server
