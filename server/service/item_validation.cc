#include "server/service/item_validation.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "model/base/status_macros.h"
#include "server/service/errors.h"

namespace clip::server {
namespace {

constexpr int kChannels = 3;

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

}  // namespace

std::string ImageField(const v1::Image& image, const std::string& field) {
  switch (image.content_case()) {
    case v1::Image::kEncoded:
      return field + ".encoded";
    case v1::Image::kRgb:
      return field + ".rgb";
    case v1::Image::kPixels:
      return field + ".pixels";
    case v1::Image::CONTENT_NOT_SET:
      break;
  }
  return field;
}

absl::Status CheckItemCount(int count, const std::string& field,
                            const ServiceLimits& limits) {
  if (count <= limits.max_items_per_call) return absl::OkStatus();
  return BadField(field, fmt::format("{} items; at most {} a call are allowed",
                                     count, limits.max_items_per_call));
}

absl::StatusOr<PipelineItem> CheckImageFile(std::string_view file,
                                            const std::string& field,
                                            const ServiceLimits& limits) {
  if (file.empty()) return BadField(field, "the file is empty");
  if (file.size() > limits.max_image_bytes) {
    return BadField(field, fmt::format("{} bytes; at most {} are allowed",
                                       file.size(), limits.max_image_bytes));
  }
  return EncodedImage{file};
}

absl::StatusOr<PipelineItem> CheckImage(const v1::Image& image,
                                        const std::string& field,
                                        const ServedModel& model,
                                        const ServiceLimits& limits) {
  const std::string path = ImageField(image, field);
  switch (image.content_case()) {
    case v1::Image::kEncoded:
      return CheckImageFile(image.encoded(), path, limits);
    case v1::Image::kRgb:
      CLIP_RETURN_IF_ERROR(CheckRgb(image.rgb(), limits, path));
      return RgbPixels{image.rgb().width(), image.rgb().height(),
                       image.rgb().data()};
    case v1::Image::kPixels:
      CLIP_RETURN_IF_ERROR(
          CheckPixels(image.pixels(), model.info.preprocess, path));
      return NormalizedPixels{image.pixels().data()};
    case v1::Image::CONTENT_NOT_SET:
      break;
  }
  return BadField(path, "one of encoded, rgb and pixels must be set");
}

absl::Status CheckTakesTexts(const std::string& field,
                             const ServedModel& model) {
  if (model.tokenizer_unavailable.empty()) return absl::OkStatus();
  return BadField(field, fmt::format("this model takes token ids only: {}",
                                     model.tokenizer_unavailable));
}

absl::StatusOr<PipelineItem> CheckText(std::string_view text,
                                       const std::string& field,
                                       const ServiceLimits& limits) {
  if (text.size() > limits.max_text_bytes) {
    return BadField(field, fmt::format("{} bytes; at most {} are allowed",
                                       text.size(), limits.max_text_bytes));
  }
  return TextString{text};
}

absl::StatusOr<PipelineItem> CheckTokens(const v1::TokenIds& tokens,
                                         const std::string& field,
                                         const model::ModelInfo& info) {
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

}  // namespace clip::server
