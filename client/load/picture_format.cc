#include "client/load/picture_format.h"

#include <png.h>
#include <zlib.h>
// Needs what stdio.h declares.
#include <cstdio>
// clang-format off
#include <jpeglib.h>
// clang-format on

#include <array>
#include <csetjmp>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/load/bmp_picture.h"
#include "client/load/mixed_bits.h"

namespace clip::client::load {
namespace {

constexpr int kJpegQuality = 90;
constexpr size_t kGrainTile = 16;
// Behind the start of the file and the JFIF segment: a comment's marker and
// length, and then the id.
constexpr size_t kJpegIdPlace = 2 + 18 + 4;
// Behind the signature and the IHDR chunk.
constexpr size_t kPngChunkPlace = 8 + 25;
constexpr char kPngKeyword[] = "Comment";
constexpr size_t kIdDigits = 16;
// Type, keyword with its zero, and the id as text: what the CRC is about.
constexpr size_t kPngChecked = 4 + sizeof(kPngKeyword) + kIdDigits;

// Rows of R, G, B.
std::string NewPixels(int width, int height, uint64_t seed) {
  const auto columns = static_cast<size_t>(width);
  const auto rows = static_cast<size_t>(height);
  std::string pixels;
  pixels.reserve(columns * rows * 3);
  for (size_t y = 0; y < rows; ++y) {
    for (size_t x = 0; x < columns; ++x) {
      const uint64_t tile =
          MixedBits(seed ^ (y / kGrainTile << 16 | x / kGrainTile));
      const uint64_t grain = MixedBits(tile ^ (y << 32 | x));
      for (int channel = 0; channel < 3; ++channel) {
        const uint64_t value = (tile >> (8 * channel) & 0xff) * 7 / 8 +
                               (grain >> (8 * channel) & 0x1f);
        pixels.push_back(static_cast<char>(value));
      }
    }
  }
  return pixels;
}

struct JpegErrors {
  // First, so that libjpeg's pointer to it is one to this.
  jpeg_error_mgr manager;
  std::jmp_buf back;
};

// libjpeg's own way is to end the process.
[[noreturn]] void LeaveJpeg(j_common_ptr info) {
  std::longjmp(reinterpret_cast<JpegErrors*>(info->err)->back, 1);
}

// Writes into `memory` and `size`; false where libjpeg fails. Nothing in here
// has a destructor: it is left by a jump.
bool CompressJpeg(std::string& pixels, int width, int height,
                  jpeg_compress_struct& info, unsigned char** memory,
                  unsigned long* size) {  // NOLINT(google-runtime-int)
  JpegErrors errors;
  info.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = LeaveJpeg;
  if (setjmp(errors.back) != 0) return false;
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, memory, size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, kJpegQuality, TRUE);
  jpeg_start_compress(&info, TRUE);
  const std::array<JOCTET, 8> empty_id = {};
  jpeg_write_marker(&info, JPEG_COM, empty_id.data(), empty_id.size());
  while (info.next_scanline < info.image_height) {
    auto* row = reinterpret_cast<JSAMPLE*>(pixels.data()) +
                size_t{info.next_scanline} * info.image_width * 3;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

absl::StatusOr<std::string> NewJpeg(int width, int height, uint64_t seed) {
  std::string pixels = NewPixels(width, height, seed);
  jpeg_compress_struct info = {};
  unsigned char* memory = nullptr;
  unsigned long size = 0;  // NOLINT(google-runtime-int): libjpeg's type.
  const bool done = CompressJpeg(pixels, width, height, info, &memory, &size);
  jpeg_destroy_compress(&info);
  const std::unique_ptr<unsigned char, decltype(&std::free)> owned(memory,
                                                                   &std::free);
  if (!done) return absl::InternalError("libjpeg cannot make the picture");
  return std::string(reinterpret_cast<const char*>(memory), size);
}

void PutBigEndian(uint64_t value, size_t bytes, char* at) {
  for (size_t i = 0; i < bytes; ++i) {
    at[i] = static_cast<char>(value >> (8 * (bytes - 1 - i)) & 0xff);
  }
}

absl::StatusOr<std::string> NewPng(int width, int height, uint64_t seed) {
  const std::string pixels = NewPixels(width, height, seed);
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string file(size, '\0');
  if (png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0,
                                nullptr) == 0) {
    return absl::InternalError("libpng cannot make the picture");
  }
  file.resize(size);
  std::string chunk(4 + kPngChecked + 4, '\0');
  PutBigEndian(kPngChecked - 4, 4, chunk.data());
  chunk.replace(4, 4, "tEXt");
  chunk.replace(8, sizeof(kPngKeyword), kPngKeyword, sizeof(kPngKeyword));
  file.insert(kPngChunkPlace, chunk);
  StampPicture(PictureFormat::kPng, 0, file);
  return file;
}

void StampPng(uint64_t id, std::string& file) {
  char* const checked = file.data() + kPngChunkPlace + 4;
  const std::string digits = absl::StrCat(absl::Hex(id, absl::kZeroPad16));
  digits.copy(checked + kPngChecked - kIdDigits, kIdDigits);
  PutBigEndian(crc32(0, reinterpret_cast<const Bytef*>(checked), kPngChecked),
               4, checked + kPngChecked);
}

}  // namespace

absl::StatusOr<PictureFormat> ParsePictureFormat(absl::string_view name) {
  if (name == "bmp") return PictureFormat::kBmp;
  if (name == "jpeg") return PictureFormat::kJpeg;
  if (name == "png") return PictureFormat::kPng;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", name, "\" is not bmp, jpeg or png"));
}

absl::StatusOr<std::string> NewPicture(PictureFormat format, int width,
                                       int height, uint64_t seed) {
  switch (format) {
    case PictureFormat::kJpeg:
      return NewJpeg(width, height, seed);
    case PictureFormat::kPng:
      return NewPng(width, height, seed);
    case PictureFormat::kBmp:
      break;
  }
  return NewBmpPicture(width, height, seed);
}

void StampPicture(PictureFormat format, uint64_t id, std::string& file) {
  switch (format) {
    case PictureFormat::kBmp:
      StampBmpPicture(id, file);
      return;
    case PictureFormat::kJpeg:
      PutBigEndian(id, sizeof(id), file.data() + kJpegIdPlace);
      return;
    case PictureFormat::kPng:
      StampPng(id, file);
      return;
  }
}

}  // namespace clip::client::load
