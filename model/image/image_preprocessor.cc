#include "model/image/image_preprocessor.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "model/base/status_macros.h"
#include "model/image/antialiased_resize.h"
#include "model/image/image_decoder.h"
#include "model/image/image_header.h"
#include "model/image/jpeg_decoder.h"
#include "model/image/nearest_resize.h"
#include "model/image/pixel_buffer.h"
#include "model/image/pixel_conversion.h"
#include "model/image/preprocess_plan.h"
#include "model/image/streamed_resize.h"

namespace clip::model {
namespace {

absl::StatusOr<PixelBuffer> Resize(const PixelView& source,
                                   const PreprocessPlan& plan) {
  const bool nearest =
      source.mode == PixelMode::kBilevel || source.mode == PixelMode::kPalette;
  return nearest ? NearestResize(source, plan.window)
                 : AntialiasedResize(source, plan.window, plan.interpolation);
}

// A picture that already has the resized size keeps its colours even where
// they are transparent.
absl::StatusOr<PixelBuffer> ResizeDecoded(PixelBuffer decoded,
                                          const PreprocessPlan& plan) {
  const bool resized = decoded.width() != plan.window.resized_width ||
                       decoded.height() != plan.window.resized_height;
  if (resized) PremultiplyAlpha(&decoded);
  CLIP_ASSIGN_OR_RETURN(PixelBuffer window, Resize(decoded.view(), plan));
  if (resized) UnpremultiplyAlpha(&window);
  window.palette() = decoded.palette();
  return window;
}

bool CanStream(const ImageHeader& header, const PreprocessPlan& plan) {
  return header.format == ImageFormat::kJpeg &&
         StreamedResize::Suits(header.width, header.height, plan.window);
}

// The window of a JPEG, resized while it is decoded.
absl::StatusOr<PixelBuffer> DecodeResized(std::string_view file,
                                          const ImageHeader& header,
                                          int denominator,
                                          const PreprocessPlan& plan) {
  const ImageHeader scaled = ScaledJpegHeader(header, denominator);
  const StreamedResize::Source source = {
      JpegMode(header), scaled.width, scaled.height,
      static_cast<double>(header.width) / denominator,
      static_cast<double>(header.height) / denominator};
  CLIP_ASSIGN_OR_RETURN(
      const auto resize,
      StreamedResize::Create(source, plan.window, plan.interpolation));
  CLIP_RETURN_IF_ERROR(DecodeJpegRows(file, header, denominator, resize.get()));
  return resize->Finish();
}

// The colour of what the window leaves free.
std::array<uint8_t, 3> PaddingColor(const PixelBuffer& window,
                                    const PreprocessConfig& config) {
  const bool longest = config.resize_mode == ResizeMode::kLongest;
  const auto fill = static_cast<uint8_t>(longest ? config.fill_color : 0);
  return FillColor(window.mode(), window.palette(), fill);
}

absl::Status CheckConfig(const PreprocessConfig& config) {
  constexpr int kMaxSide = 8192;
  if (config.image_width < 1 || config.image_width > kMaxSide ||
      config.image_height < 1 || config.image_height > kMaxSide) {
    return absl::InvalidArgumentError(
        fmt::format("image size {} x {} is not within 1..{}",
                    config.image_width, config.image_height, kMaxSide));
  }
  if (config.fill_color < 0 || config.fill_color > 255) {
    return absl::InvalidArgumentError(
        fmt::format("fill_color {} is not within 0..255", config.fill_color));
  }
  for (const float deviation : config.std) {
    if (deviation == 0.0F) return absl::InvalidArgumentError("std is zero");
  }
  return absl::OkStatus();
}

}  // namespace

ImagePreprocessor::ImagePreprocessor(const PreprocessConfig& config,
                                     const ImageLimits& limits,
                                     const DecodeOptions& decoding)
    : config_(config),
      limits_(limits),
      decoding_(decoding),
      normalizer_(config.mean, config.std) {}

absl::StatusOr<std::unique_ptr<ImagePreprocessor>> ImagePreprocessor::Create(
    const PreprocessConfig& config, const ImageLimits& limits,
    const DecodeOptions& decoding) {
  CLIP_RETURN_IF_ERROR(CheckConfig(config));
  // The constructor is private, which make_unique cannot reach.
  return std::unique_ptr<ImagePreprocessor>(
      new ImagePreprocessor(config, limits, decoding));
}

size_t ImagePreprocessor::row_size() const {
  return size_t{3} * static_cast<size_t>(config_.image_width) *
         static_cast<size_t>(config_.image_height);
}

absl::Status ImagePreprocessor::PreprocessEncoded(std::string_view file,
                                                  absl::Span<float> row) const {
  CLIP_RETURN_IF_ERROR(CheckRow(row));
  try {
    CLIP_ASSIGN_OR_RETURN(const ImageHeader header, ReadImageHeader(file));
    CLIP_RETURN_IF_ERROR(CheckLimits(header, file.size(), limits_));
    const auto plan = PlanPreprocess(config_, header.width, header.height);
    if (plan.ok() && CanStream(header, *plan)) {
      CLIP_ASSIGN_OR_RETURN(
          const PixelBuffer window,
          DecodeResized(file, header, JpegDenominator(header, *plan), *plan));
      WriteRow(window, *plan, row);
      return absl::OkStatus();
    }
    // What is wrong with the file itself comes first.
    CLIP_ASSIGN_OR_RETURN(PixelBuffer decoded, DecodeImage(file, header));
    CLIP_RETURN_IF_ERROR(plan.status());
    CLIP_ASSIGN_OR_RETURN(const PixelBuffer window,
                          ResizeDecoded(std::move(decoded), *plan));
    WriteRow(window, *plan, row);
    return absl::OkStatus();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("no memory to preprocess the picture");
  }
}

absl::Status ImagePreprocessor::PreprocessRgb(uint32_t width, uint32_t height,
                                              std::string_view data,
                                              absl::Span<float> row) const {
  CLIP_RETURN_IF_ERROR(CheckRow(row));
  try {
    CLIP_ASSIGN_OR_RETURN(const PixelView view, MakeView(width, height, data));
    CLIP_ASSIGN_OR_RETURN(const PreprocessPlan plan,
                          PlanPreprocess(config_, width, height));
    CLIP_ASSIGN_OR_RETURN(const PixelBuffer window, Resize(view, plan));
    WriteRow(window, plan, row);
    return absl::OkStatus();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("no memory to preprocess the picture");
  }
}

absl::StatusOr<PixelView> ImagePreprocessor::MakeView(
    uint32_t width, uint32_t height, std::string_view data) const {
  if (width == 0 || height == 0) {
    return absl::InvalidArgumentError(
        fmt::format("the picture has no pixels: {} x {}", width, height));
  }
  if (int64_t{width} > limits_.max_pixels / int64_t{height}) {
    return absl::InvalidArgumentError(
        fmt::format("too many pixels: {} x {}, the limit is {}", width, height,
                    limits_.max_pixels));
  }
  PixelView view;
  view.mode = PixelMode::kRgb;
  view.width = width;
  view.height = height;
  view.stride = view.row_bytes();
  view.data = reinterpret_cast<const uint8_t*>(data.data());
  const size_t needed = view.stride * height;
  if (data.size() != needed) {
    return absl::InvalidArgumentError(
        fmt::format("{} x {} RGB pixels are {} bytes, not {}", width, height,
                    needed, data.size()));
  }
  return view;
}

int ImagePreprocessor::JpegDenominator(const ImageHeader& header,
                                       const PreprocessPlan& plan) const {
  // Half of what is left is averaged away by the resize that follows, and with
  // it most of what the scaled decoding does differently.
  constexpr int kMargin = 2;
  if (!decoding_.jpeg_scaled_decode) return 1;
  for (const int denominator : {8, 4, 2}) {
    const ImageHeader scaled = ScaledJpegHeader(header, denominator);
    if (scaled.width >= kMargin * plan.window.resized_width &&
        scaled.height >= kMargin * plan.window.resized_height &&
        CanStream(scaled, plan)) {
      return denominator;
    }
  }
  return 1;
}

absl::Status ImagePreprocessor::CheckRow(absl::Span<const float> row) const {
  if (row.size() == row_size()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("the row has {} elements, not {}", row.size(), row_size()));
}

void ImagePreprocessor::WriteRow(const PixelBuffer& window,
                                 const PreprocessPlan& plan,
                                 absl::Span<float> row) const {
  const auto width = static_cast<size_t>(config_.image_width);
  const size_t plane = row.size() / 3;
  const bool padded = window.width() < config_.image_width ||
                      window.height() < config_.image_height;
  if (padded) {
    normalizer_.Fill(PaddingColor(window, config_), plane, plane, row.data());
  }
  const auto columns = static_cast<size_t>(window.width());
  std::vector<uint8_t> converted;
  if (window.mode() != PixelMode::kRgb) converted.resize(3 * columns);
  for (int64_t y = 0; y < window.height(); ++y) {
    const uint8_t* rgb = window.row(y);
    if (window.mode() != PixelMode::kRgb) {
      ConvertToRgb(window.mode(), window.palette(), rgb, window.width(),
                   converted.data());
      rgb = converted.data();
    }
    const size_t first = static_cast<size_t>(plan.pad_top + y) * width +
                         static_cast<size_t>(plan.pad_left);
    normalizer_.Normalize(rgb, columns, plane, row.data() + first);
  }
}

}  // namespace clip::model
