#ifndef MODEL_IMAGE_IMAGE_PREPROCESSOR_H_
#define MODEL_IMAGE_IMAGE_PREPROCESSOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/config/preprocess_config.h"
#include "model/image/decode_options.h"
#include "model/image/image_header.h"
#include "model/image/image_limits.h"
#include "model/image/pixel_buffer.h"
#include "model/image/pixel_normalizer.h"
#include "model/image/preprocess_plan.h"

namespace clip::model {

// Turns pictures into the model's input row, as open_clip's evaluation
// transform over Pillow does: resize, crop or pad, RGB, scale to 0..1,
// normalize.
//
// Thread-safe: const methods share no mutable state.
//
// Rows are 3 x image_height x image_width float32, channels first; `row` must
// have exactly row_size() elements and is written only on success.
//
// Errors: INVALID_ARGUMENT for anything wrong with the picture (not a JPEG,
// PNG, WebP or BMP, truncated, over a limit, zero-sized, wrong length);
// RESOURCE_EXHAUSTED where memory for decoding cannot be had.
class ImagePreprocessor {
 public:
  static absl::StatusOr<std::unique_ptr<ImagePreprocessor>> Create(
      const PreprocessConfig& config, const ImageLimits& limits,
      const DecodeOptions& decoding = {});

  // A whole JPEG, PNG, WebP or BMP file. EXIF orientation is ignored, as
  // open_clip ignores it.
  absl::Status PreprocessEncoded(std::string_view file,
                                 absl::Span<float> row) const;

  // `data` holds height x width x 3 bytes, rows from the top, R, G, B.
  absl::Status PreprocessRgb(uint32_t width, uint32_t height,
                             std::string_view data,
                             absl::Span<float> row) const;

  // Elements of a row: 3 * image_height * image_width.
  size_t row_size() const;

 private:
  ImagePreprocessor(const PreprocessConfig& config, const ImageLimits& limits,
                    const DecodeOptions& decoding);

  absl::StatusOr<PixelView> MakeView(uint32_t width, uint32_t height,
                                     std::string_view data) const;
  // By what a JPEG is scaled while it is decoded: 1, 2, 4 or 8.
  int JpegDenominator(const ImageHeader& header,
                      const PreprocessPlan& plan) const;
  absl::Status CheckRow(absl::Span<const float> row) const;
  // The window in its place, and the padding around it.
  void WriteRow(const PixelBuffer& window, const PreprocessPlan& plan,
                absl::Span<float> row) const;

  PreprocessConfig config_;
  ImageLimits limits_;
  DecodeOptions decoding_;
  PixelNormalizer normalizer_;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_IMAGE_PREPROCESSOR_H_
