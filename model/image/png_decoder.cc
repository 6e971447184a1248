#include "model/image/png_decoder.h"

#include <png.h>

#include <array>
#include <csetjmp>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "model/base/status_macros.h"
#include "model/image/png_data_stream.h"
#include "model/image/png_file.h"

namespace clip::model {
namespace {

// libpng's state for one file. Errors jump out of Run, which therefore keeps
// nothing that needs a destructor; this object, outside of it, cleans up.
class RowReader {
 public:
  explicit RowReader(PngDataStream* stream) : stream_(stream) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, Fail, Ignore);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  ~RowReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  // Writes all rows of `result`; false with error() set on failure.
  bool Run(const PngHeader& header, PixelBuffer* result) {
    if (info_ == nullptr) return false;
    // NOLINTNEXTLINE(bugprone-*): C++ has no other way out of libpng.
    if (setjmp(png_jmpbuf(png_)) != 0) return HasAllRows(header);
    ReadRows(header, result);
    return true;
  }

  const char* error() const { return error_.data(); }

 private:
  [[noreturn]] static void Fail(png_structp png, png_const_charp message) {
    auto* reader = static_cast<RowReader*>(png_get_error_ptr(png));
    std::array<char, 80>& error = reader->error_;
    for (size_t i = 0; i + 1 < error.size() && message[i] != '\0'; ++i) {
      error[i] = message[i];
    }
    png_longjmp(png, 1);
  }
  static void Ignore(png_structp /*png*/, png_const_charp /*message*/) {}

  static void ReadBytes(png_structp png, png_bytep out, size_t size) {
    auto* stream = static_cast<PngDataStream*>(png_get_io_ptr(png));
    if (!stream->Read(reinterpret_cast<char*>(out), size)) {
      png_error(png, "picture data is missing");
    }
  }

  // Behind the last row libpng looks for the end of the packed data, and fails
  // where that is cut off. The picture is whole all the same.
  bool HasAllRows(const PngHeader& header) const {
    constexpr int kPasses = 7;
    return header.interlaced
               ? png_get_current_pass_number(png_) == kPasses
               : png_get_current_row_number(png_) == header.height;
  }

  void ReadRows(const PngHeader& header, PixelBuffer* result) {
    // Data is read in the steps in which Pillow reads it, which decides
    // whether the checksum behind it is seen. libpng's own limit of a million
    // pixels a side stands: it holds two rows apart from the picture.
    constexpr size_t kStepBytes = 65536;
    png_set_chunk_malloc_max(png_, 0);
    png_set_crc_action(png_, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    png_set_compression_buffer_size(png_, kStepBytes);
    png_set_read_fn(png_, stream_, ReadBytes);
    png_read_info(png_, info_);
    ChooseTransforms(header);
    const int passes = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    if (png_get_rowbytes(png_, info_) != result->row_bytes()) {
      png_error(png_, "row length differs");
    }
    for (int pass = 0; pass < passes; ++pass) {
      for (int64_t y = 0; y < result->height(); ++y) {
        png_read_row(png_, result->row(y), nullptr);
      }
    }
  }

  void ChooseTransforms(const PngHeader& header) {
    if (header.bit_depth < 8) png_set_packing(png_);
    if (header.bit_depth < 16) return;
    if (header.color_type != 0) {
      png_set_strip_16(png_);
      return;
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    png_set_swap(png_);
#endif
  }

  PngDataStream* const stream_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::array<char, 80> error_ = {};
};

// Gray of fewer than 8 bits becomes the whole range of a byte.
void WidenGray(const PngHeader& header, PixelBuffer* buffer) {
  if (header.color_type != 0 || header.bit_depth >= 8) return;
  const int factor = 255 / ((1 << header.bit_depth) - 1);
  for (int64_t y = 0; y < buffer->height(); ++y) {
    uint8_t* row = buffer->row(y);
    for (int64_t x = 0; x < buffer->width(); ++x) {
      row[x] = static_cast<uint8_t>(row[x] * factor);
    }
  }
}

}  // namespace

absl::StatusOr<PixelBuffer> DecodePng(std::string_view file,
                                      const PngHeader& header) {
  CLIP_ASSIGN_OR_RETURN(PngFile png, PngFile::Open(file, header));
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer result,
      PixelBuffer::Create(header.pixel_mode(), header.width, header.height));
  PngDataStream stream(header, png.pieces());
  RowReader reader(&stream);
  if (!reader.Run(header, &result)) {
    return absl::InvalidArgumentError(
        fmt::format("the PNG is truncated or corrupt: {}", reader.error()));
  }
  CLIP_RETURN_IF_ERROR(png.CheckRest(stream.piece_index()));
  WidenGray(header, &result);
  result.palette() = png.palette();
  return result;
}

}  // namespace clip::model
