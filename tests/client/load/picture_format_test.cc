#include "client/load/picture_format.h"

#include <gmock/gmock.h>
#include <png.h>
// Needs what stdio.h declares.
#include <cstdio>
// clang-format off
#include <jpeglib.h>
// clang-format on

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace clip::client::load {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::StartsWith;

constexpr int kWidth = 33;
constexpr int kHeight = 20;

// R, G, B of every pixel, or nothing where the file is no picture of that size.
std::string DecodedPng(const std::string& file) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, file.data(), file.size()) == 0) {
    return "";
  }
  image.format = PNG_FORMAT_RGB;
  std::string pixels(PNG_IMAGE_SIZE(image), '\0');
  // A wrong CRC fails here.
  if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0 ||
      image.width != kWidth || image.height != kHeight) {
    return "";
  }
  return pixels;
}

std::string DecodedJpeg(const std::string& file) {
  jpeg_decompress_struct info = {};
  // Its errors end the process, which fails the test.
  jpeg_error_mgr errors = {};
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(file.data()),
               file.size());
  jpeg_read_header(&info, TRUE);
  jpeg_start_decompress(&info);
  EXPECT_EQ(info.output_width, kWidth);
  EXPECT_EQ(info.output_height, kHeight);
  std::string pixels;
  std::vector<JSAMPLE> row(info.output_width * 3);
  while (info.output_scanline < info.output_height) {
    JSAMPROW start = row.data();
    jpeg_read_scanlines(&info, &start, 1);
    pixels.append(row.begin(), row.end());
  }
  jpeg_finish_decompress(&info);
  EXPECT_EQ(errors.num_warnings, 0);
  jpeg_destroy_decompress(&info);
  return pixels;
}

std::string NewFile(PictureFormat format, uint64_t seed = 1) {
  const auto file = NewPicture(format, kWidth, kHeight, seed);
  EXPECT_THAT(file, IsOk());
  return file.value_or("");
}

TEST(PictureFormatTest, KnowsTheNames) {
  EXPECT_EQ(*ParsePictureFormat("bmp"), PictureFormat::kBmp);
  EXPECT_EQ(*ParsePictureFormat("jpeg"), PictureFormat::kJpeg);
  EXPECT_EQ(*ParsePictureFormat("png"), PictureFormat::kPng);
  for (const char* name : {"", "gif", "JPEG"}) {
    EXPECT_THAT(ParsePictureFormat(name),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(PictureFormatTest, MakesPicturesThatDecodersTake) {
  EXPECT_THAT(NewFile(PictureFormat::kBmp), StartsWith("BM"));
  const std::string png = DecodedPng(NewFile(PictureFormat::kPng));
  const std::string jpeg = DecodedJpeg(NewFile(PictureFormat::kJpeg));
  ASSERT_EQ(png.size(), size_t{kWidth} * kHeight * 3);
  ASSERT_EQ(jpeg.size(), png.size());
  // The same picture, but for what JPEG loses.
  double difference = 0;
  for (size_t i = 0; i < png.size(); ++i) {
    difference += std::abs(static_cast<unsigned char>(png[i]) -
                           static_cast<unsigned char>(jpeg[i]));
  }
  EXPECT_LT(difference / static_cast<double>(png.size()), 25);
  EXPECT_NE(DecodedPng(NewFile(PictureFormat::kPng, 2)), png);
}

TEST(PictureFormatTest, AStampMakesAnotherFileOfTheSamePicture) {
  for (const PictureFormat format :
       {PictureFormat::kJpeg, PictureFormat::kPng}) {
    const auto decoded =
        format == PictureFormat::kPng ? DecodedPng : DecodedJpeg;
    const std::string empty = NewFile(format);
    std::string stamped = empty;
    StampPicture(format, 0xfedcba9876543210, stamped);
    EXPECT_NE(stamped, empty);
    EXPECT_EQ(decoded(stamped), decoded(empty));
    std::string again = stamped;
    StampPicture(format, 7, again);
    EXPECT_NE(again, stamped);
    StampPicture(format, 0xfedcba9876543210, again);
    EXPECT_EQ(again, stamped);
  }
}

}  // namespace
}  // namespace clip::client::load
