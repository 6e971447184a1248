#include "model/image/image_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/model/image/picture_files.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

struct Expected {
  const char* file;
  ImageFormat format;
  int bits_per_pixel;
};

TEST(ImageHeaderTest, ReadsFormatSizeAndDepthOfEveryFormat) {
  for (const Expected& expected : {
           Expected{"gray.jpg", ImageFormat::kJpeg, 8},
           Expected{"rgb_420.jpg", ImageFormat::kJpeg, 24},
           Expected{"cmyk.jpg", ImageFormat::kJpeg, 32},
           Expected{"type0_1.png", ImageFormat::kPng, 1},
           Expected{"type3_4.png", ImageFormat::kPng, 4},
           Expected{"type6_16.png", ImageFormat::kPng, 64},
           Expected{"lossy.webp", ImageFormat::kWebp, 24},
           Expected{"lossy_alpha.webp", ImageFormat::kWebp, 32},
           Expected{"lossless_alpha.webp", ImageFormat::kWebp, 32},
           Expected{"animated.webp", ImageFormat::kWebp, 24},
           Expected{"8_core.bmp", ImageFormat::kBmp, 8},
           Expected{"16_565.bmp", ImageFormat::kBmp, 16},
           Expected{"24_top_down.bmp", ImageFormat::kBmp, 24},
       }) {
    SCOPED_TRACE(expected.file);
    const auto header = ReadImageHeader(ReadGoldenFile(expected.file));
    ASSERT_THAT(header, IsOk());
    EXPECT_EQ(header->format, expected.format);
    EXPECT_EQ(header->width, 40);
    EXPECT_EQ(header->height, 30);
    EXPECT_EQ(header->bits_per_pixel, expected.bits_per_pixel);
  }
}

TEST(ImageHeaderTest, CountsTheScansOfProgressiveFilesOnly) {
  EXPECT_EQ(ReadImageHeader(ReadGoldenFile("rgb_420.jpg"))->scans, 1);
  EXPECT_EQ(ReadImageHeader(ReadGoldenFile("progressive.jpg"))->scans, 10);
}

TEST(ImageHeaderTest, OtherFormatsAreRefusedByTheirFirstBytes) {
  for (const std::string& file :
       {std::string(), std::string("GIF89a\1\0\1\0", 10),
        std::string("II*\0", 4), std::string("\0\0\0\x0cjP  ", 8),
        std::string("v/1\1"), std::string(128, '\0') + "DICM",
        std::string("<svg>"), std::string("#?RADIANCE\n"),
        std::string("P6\n1 1\n255\nabc"), std::string("RIFF\4\0\0\0WAVE", 12),
        std::string("\xff\xd8")}) {
    EXPECT_THAT(ReadImageHeader(file),
                StatusIs(kInvalid, HasSubstr("not a picture")));
  }
}

TEST(ImageHeaderTest, CutHeadersAreRefused) {
  for (const char* name : {"gray.jpg", "type2_8.png", "lossy.webp",
                           "lossless.webp", "animated.webp", "24.bmp"}) {
    const std::string file = ReadGoldenFile(name);
    for (size_t length = 0; length < 25; ++length) {
      EXPECT_THAT(ReadImageHeader(file.substr(0, length)), StatusIs(kInvalid))
          << name << " cut to " << length;
    }
  }
}

TEST(ImageHeaderTest, PicturesWithoutPixelsAreRefused) {
  PngParts png;
  png.width = 0;
  EXPECT_THAT(ReadImageHeader(MakePng(png)),
              StatusIs(kInvalid, HasSubstr("no pixels: 0 x 2")));
  EXPECT_THAT(ReadImageHeader(MakeBmp(3, 0, "")), StatusIs(kInvalid));
}

TEST(ImageHeaderTest, UndefinedPngDepthsAreRefused) {
  PngParts png;
  png.color_type = 2;
  png.bit_depth = 4;
  EXPECT_THAT(ReadImageHeader(MakePng(png)),
              StatusIs(kInvalid, HasSubstr("colour type 2 and 4 bits")));
}

TEST(ImageHeaderTest, JpegOfTwelveBitsIsRefused) {
  std::string file = ReadGoldenFile("gray.jpg");
  const size_t frame = file.find("\xff\xc0");
  file[frame + 4] = 12;
  EXPECT_THAT(ReadImageHeader(file), StatusIs(kInvalid, HasSubstr("12 bits")));
}

ImageHeader MakeHeader(int64_t width, int64_t height, int64_t scans) {
  ImageHeader header;
  header.width = width;
  header.height = height;
  header.scans = scans;
  return header;
}

TEST(CheckLimitsTest, EachLimitHoldsToTheLastUnit) {
  ImageLimits limits;
  limits.max_encoded_bytes = 100;
  limits.max_pixels = 50;
  limits.max_jpeg_scans = 4;
  limits.max_jpeg_scan_pixels = 120;
  EXPECT_THAT(CheckLimits(MakeHeader(5, 10, 1), 100, limits), IsOk());
  EXPECT_THAT(CheckLimits(MakeHeader(5, 10, 1), 101, limits),
              StatusIs(kInvalid, HasSubstr("101 bytes, the limit is 100")));
  EXPECT_THAT(CheckLimits(MakeHeader(3, 17, 1), 1, limits),
              StatusIs(kInvalid, HasSubstr("3 x 17, the limit is 50")));
  EXPECT_THAT(CheckLimits(MakeHeader(5, 6, 4), 1, limits), IsOk());
  EXPECT_THAT(CheckLimits(MakeHeader(1, 1, 5), 1, limits),
              StatusIs(kInvalid, HasSubstr("5 scans")));
  EXPECT_THAT(CheckLimits(MakeHeader(1, 31, 4), 1, limits),
              StatusIs(kInvalid, HasSubstr("4 scans of 31 pixels")));
}

TEST(CheckLimitsTest, HugeSidesDoNotOverflow) {
  constexpr int64_t kSide = 0xffffffff;
  EXPECT_THAT(CheckLimits(MakeHeader(kSide, kSide, 1), 1, ImageLimits()),
              StatusIs(kInvalid, HasSubstr("too many pixels")));
}

}  // namespace
}  // namespace clip::model
