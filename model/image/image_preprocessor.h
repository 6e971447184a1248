#ifndef MODEL_IMAGE_IMAGE_PREPROCESSOR_H_
#define MODEL_IMAGE_IMAGE_PREPROCESSOR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/config/preprocess_config.h"
#include "model/image/image_limits.h"
#include "model/image/pixel_buffer.h"

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
      const PreprocessConfig& config, const ImageLimits& limits);

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
  ImagePreprocessor(const PreprocessConfig& config, const ImageLimits& limits);

  absl::StatusOr<PixelView> MakeView(uint32_t width, uint32_t height,
                                     std::string_view data) const;
  // Fills `row` from interleaved R, G, B bytes of the model's size.
  absl::Status Normalize(const std::vector<uint8_t>& picture,
                         absl::Span<float> row) const;

  PreprocessConfig config_;
  ImageLimits limits_;
  // The normalized value of each byte, per channel.
  std::array<std::array<float, 256>, 3> normalized_;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_IMAGE_PREPROCESSOR_H_
