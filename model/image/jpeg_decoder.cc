#include "model/image/jpeg_decoder.h"

#include <algorithm>
#include <array>
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
  Decompressor(std::string_view file, int denominator)
      : denominator_(denominator), source_(file) {
    info_.err = jpeg_std_error(&errors_.manager);
    errors_.manager.error_exit = JumpOut;
    errors_.manager.output_message = IgnoreMessage;
  }
  ~Decompressor() { jpeg_destroy_decompress(&info_); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  // Writes all rows into `sink`; the scaled picture must be what `header`
  // promises.
  Outcome Run(const ImageHeader& header, RowSink* sink) {
    // NOLINTNEXTLINE(bugprone-*): C++ has no other way out of libjpeg.
    if (setjmp(errors_.jump) != 0) return Outcome::kFailed;
    return Decode(header, sink);
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

  Outcome Decode(const ImageHeader& header, RowSink* sink) {
    jpeg_create_decompress(&info_);
    source_.Attach(&info_);
    if (!ReadHeader()) return Outcome::kTruncated;
    const PixelMode mode = JpegMode(header);
    info_.out_color_space = ColorSpaceOf(mode);
    info_.scale_num = 1;
    info_.scale_denom = static_cast<unsigned>(denominator_);
    while (jpeg_start_decompress(&info_) == FALSE) {
      if (!source_.Extend()) return Outcome::kTruncated;
    }
    if (info_.output_width != header.width ||
        info_.output_height != header.height ||
        info_.output_components != BytesPerPixel(mode)) {
      return Outcome::kWrongSize;
    }
    for (int64_t y = 0; y < header.height; y += RowSink::kRowsAtOnce) {
      const int64_t count = std::min(RowSink::kRowsAtOnce, header.height - y);
      if (!ReadRows(y, count, sink)) return Outcome::kTruncated;
      sink->RowsWritten(y, count);
    }
    // Jumps out where the file goes on against the rules. Once all rows are
    // there, as Pillow, do not ask whether the end came.
    jpeg_finish_decompress(&info_);
    return Outcome::kDone;
  }

  bool ReadRows(int64_t first, int64_t count, RowSink* sink) {
    std::array<JSAMPROW, RowSink::kRowsAtOnce> rows;
    for (int64_t i = 0; i < count; ++i) rows[i] = sink->Row(first + i);
    for (int64_t done = 0; done < count;) {
      const JDIMENSION read = jpeg_read_scanlines(
          &info_, rows.data() + done, static_cast<JDIMENSION>(count - done));
      if (read == 0 && !source_.Extend()) return false;
      done += read;
    }
    if (info_.out_color_space == JCS_CMYK) {
      for (int64_t i = 0; i < count; ++i) InvertInks(rows[i]);
    }
    return true;
  }

  // Adobe stores them inverted.
  void InvertInks(uint8_t* row) const {
    const size_t bytes = size_t{4} * info_.output_width;
    for (size_t i = 0; i < bytes; ++i) row[i] = 255 - row[i];
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
  const int denominator_;
  JpegSource source_;
};

// Rows into a picture.
class PictureSink : public RowSink {
 public:
  explicit PictureSink(PixelBuffer* picture) : picture_(picture) {}
  uint8_t* Row(int64_t y) override { return picture_->row(y); }
  void RowsWritten(int64_t /*first*/, int64_t /*count*/) override {}

 private:
  PixelBuffer* picture_;
};

}  // namespace

PixelMode JpegMode(const ImageHeader& header) {
  switch (header.bits_per_pixel) {
    case 8:
      return PixelMode::kGray;
    case 32:
      return PixelMode::kCmyk;
    default:
      return PixelMode::kRgb;
  }
}

ImageHeader ScaledJpegHeader(const ImageHeader& header, int denominator) {
  ImageHeader scaled = header;
  scaled.width = (header.width + denominator - 1) / denominator;
  scaled.height = (header.height + denominator - 1) / denominator;
  return scaled;
}

absl::Status DecodeJpegRows(std::string_view file, const ImageHeader& header,
                            int denominator, RowSink* sink) {
  Decompressor decompressor(file, denominator);
  switch (decompressor.Run(ScaledJpegHeader(header, denominator), sink)) {
    case Outcome::kDone:
      return absl::OkStatus();
    case Outcome::kTruncated:
      return absl::InvalidArgumentError("the JPEG is truncated");
    case Outcome::kWrongSize:
      return absl::InvalidArgumentError("the JPEG contradicts its header");
    case Outcome::kFailed:
      break;
  }
  return decompressor.ErrorStatus();
}

absl::StatusOr<PixelBuffer> DecodeJpeg(std::string_view file,
                                       const ImageHeader& header) {
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer result,
      PixelBuffer::Create(JpegMode(header), header.width, header.height));
  PictureSink sink(&result);
  CLIP_RETURN_IF_ERROR(DecodeJpegRows(file, header, /*denominator=*/1, &sink));
  return result;
}

}  // namespace clip::model
