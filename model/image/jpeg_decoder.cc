#include "model/image/jpeg_decoder.h"

#include <csetjmp>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "model/base/status_macros.h"
#include "model/image/jpeg_source.h"

// After the above, which includes jpeglib.h with what it needs.
#include <jerror.h>

namespace clip::model {
namespace {

enum class Outcome { kDone, kTruncated, kWrongSize, kFailed };

// libjpeg's state for one file. libjpeg reports errors by a call that must not
// return: it jumps out of Run, which therefore keeps nothing that needs a
// destructor; this object, outside of it, cleans up.
class Decompressor {
 public:
  explicit Decompressor(std::string_view file) : source_(file) {
    info_.err = jpeg_std_error(&errors_.manager);
    errors_.manager.error_exit = JumpOut;
    errors_.manager.output_message = IgnoreMessage;
  }
  ~Decompressor() { jpeg_destroy_decompress(&info_); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  // Writes all rows of `result`, which has the size that the header promised.
  Outcome Run(PixelBuffer* result) {
    // NOLINTNEXTLINE(bugprone-*): C++ has no other way out of libjpeg.
    if (setjmp(errors_.jump) != 0) return Outcome::kFailed;
    return Decode(result);
  }

  // libjpeg's number and words for the error of an outcome kFailed.
  int error_code() const { return errors_.manager.msg_code; }
  absl::Status ErrorStatus() {
    char message[JMSG_LENGTH_MAX] = {};
    info_.err->format_message(reinterpret_cast<j_common_ptr>(&info_), message);
    if (error_code() == JERR_OUT_OF_MEMORY) {
      return absl::ResourceExhaustedError("no memory to decode the JPEG");
    }
    return absl::InvalidArgumentError(
        fmt::format("the JPEG cannot be decoded: {}", message));
  }

 private:
  struct Errors {
    // First, so that libjpeg's pointer to it is a pointer to this.
    jpeg_error_mgr manager;
    std::jmp_buf jump;
  };

  static void JumpOut(j_common_ptr info) {
    std::longjmp(reinterpret_cast<Errors*>(info->err)->jump, 1);
  }
  static void IgnoreMessage(j_common_ptr /*info*/) {}

  Outcome Decode(PixelBuffer* result) {
    jpeg_create_decompress(&info_);
    source_.Attach(&info_);
    if (!ReadHeader()) return Outcome::kTruncated;
    info_.out_color_space = ColorSpaceOf(result->mode());
    while (jpeg_start_decompress(&info_) == FALSE) {
      if (!source_.Extend()) return Outcome::kTruncated;
    }
    if (info_.output_width != result->width() ||
        info_.output_components != BytesPerPixel(result->mode())) {
      return Outcome::kWrongSize;
    }
    for (int64_t y = 0; y < result->height(); ++y) {
      JSAMPROW row = result->row(y);
      while (jpeg_read_scanlines(&info_, &row, 1) != 1) {
        if (!source_.Extend()) return Outcome::kTruncated;
      }
    }
    // Jumps out where the file goes on against the rules. Once all rows are
    // there, as Pillow, do not ask whether the end came.
    jpeg_finish_decompress(&info_);
    return Outcome::kDone;
  }

  bool ReadHeader() {
    for (;;) {
      const int state = jpeg_read_header(&info_, /*require_image=*/FALSE);
      if (state == JPEG_HEADER_OK) return true;
      if (state == JPEG_SUSPENDED && !source_.Extend()) return false;
    }
  }

  static J_COLOR_SPACE ColorSpaceOf(PixelMode mode) {
    if (mode == PixelMode::kGray) return JCS_GRAYSCALE;
    return mode == PixelMode::kCmyk ? JCS_CMYK : JCS_RGB;
  }

  jpeg_decompress_struct info_ = {};
  Errors errors_ = {};
  JpegSource source_;
};

PixelMode ModeOf(const ImageHeader& header) {
  switch (header.bits_per_pixel) {
    case 8:
      return PixelMode::kGray;
    case 32:
      return PixelMode::kCmyk;
    default:
      return PixelMode::kRgb;
  }
}

void InvertInks(PixelBuffer* buffer) {
  for (int64_t y = 0; y < buffer->height(); ++y) {
    uint8_t* row = buffer->row(y);
    for (size_t i = 0; i < buffer->row_bytes(); ++i) row[i] = 255 - row[i];
  }
}

}  // namespace

absl::StatusOr<PixelBuffer> DecodeJpeg(std::string_view file,
                                       const ImageHeader& header) {
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer result,
      PixelBuffer::Create(ModeOf(header), header.width, header.height));
  Decompressor decompressor(file);
  switch (decompressor.Run(&result)) {
    case Outcome::kDone:
      break;
    case Outcome::kTruncated:
      return absl::InvalidArgumentError("the JPEG is truncated");
    case Outcome::kWrongSize:
      return absl::InvalidArgumentError("the JPEG contradicts its header");
    case Outcome::kFailed:
      return decompressor.ErrorStatus();
  }
  if (result.mode() == PixelMode::kCmyk) InvertInks(&result);
  return result;
}

}  // namespace clip::model
