#include "model/image/image_preprocessor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/model/image/picture_files.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::Each;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

PreprocessConfig SmallConfig(int side) {
  PreprocessConfig config;
  config.image_width = side;
  config.image_height = side;
  return config;
}

std::unique_ptr<ImagePreprocessor> MakePreprocessor(
    const PreprocessConfig& config, const ImageLimits& limits = {}) {
  return ImagePreprocessor::Create(config, limits).value();
}

TEST(ImagePreprocessorTest, RgbIsNormalizedInPlanesAsTorchvisionRounds) {
  const PreprocessConfig config = SmallConfig(2);
  const auto preprocessor = MakePreprocessor(config);
  const std::string data("\x00\x10\x20\x30\x40\x50\x60\x70\x80\x90\xa0\xff",
                         12);
  std::vector<float> row(12);
  ASSERT_THAT(preprocessor->PreprocessRgb(2, 2, data, absl::MakeSpan(row)),
              IsOk());
  for (size_t i = 0; i < 12; ++i) {
    const size_t c = i / 4;
    const auto byte = static_cast<uint8_t>(data[i % 4 * 3 + c]);
    const float unit = static_cast<float>(byte) / 255.0F;
    const float centred = unit - config.mean[c];
    EXPECT_EQ(row[i], centred / config.std[c]) << i;
  }
}

TEST(ImagePreprocessorTest, RgbEqualsTheSamePictureFromAFile) {
  std::string pixels;
  for (int i = 0; i < 50 * 20 * 3; ++i) {
    pixels.push_back(static_cast<char>(i * 37 % 251));
  }
  PngParts png;
  png.width = 50;
  png.height = 20;
  png.raw.clear();
  for (size_t y = 0; y < 20; ++y) {
    png.raw.append(1, '\0').append(pixels, 150 * y, 150);
  }
  const auto preprocessor = MakePreprocessor(SmallConfig(32));
  std::vector<float> from_file(preprocessor->row_size());
  std::vector<float> from_pixels(preprocessor->row_size());
  ASSERT_THAT(
      preprocessor->PreprocessEncoded(MakePng(png), absl::MakeSpan(from_file)),
      IsOk());
  ASSERT_THAT(
      preprocessor->PreprocessRgb(50, 20, pixels, absl::MakeSpan(from_pixels)),
      IsOk());
  EXPECT_EQ(from_file, from_pixels);
}

TEST(ImagePreprocessorTest, ExifOrientationIsIgnored) {
  const auto preprocessor = MakePreprocessor(SmallConfig(16));
  std::vector<float> rotated(preprocessor->row_size());
  std::vector<float> plain(preprocessor->row_size());
  const std::string file = ReadGoldenFile("rotated.jpg");
  ASSERT_NE(file.find("Exif"), std::string::npos);
  // The same file without the EXIF segment.
  const SplitFile before = SplitBehindSegment(file, 0xe0);
  const SplitFile behind = SplitBehindSegment(file, 0xe1);
  ASSERT_THAT(preprocessor->PreprocessEncoded(file, absl::MakeSpan(rotated)),
              IsOk());
  ASSERT_THAT(preprocessor->PreprocessEncoded(before.head + behind.tail,
                                              absl::MakeSpan(plain)),
              IsOk());
  EXPECT_EQ(rotated, plain);
}

TEST(ImagePreprocessorTest, RgbOfAWrongLengthIsRefused) {
  const auto preprocessor = MakePreprocessor(SmallConfig(2));
  std::vector<float> row(12);
  EXPECT_THAT(preprocessor->PreprocessRgb(2, 2, std::string(11, 'a'),
                                          absl::MakeSpan(row)),
              StatusIs(kInvalid, HasSubstr("are 12 bytes, not 11")));
  EXPECT_THAT(preprocessor->PreprocessRgb(0, 2, "", absl::MakeSpan(row)),
              StatusIs(kInvalid, HasSubstr("no pixels")));
  EXPECT_THAT(preprocessor->PreprocessRgb(0xffffffff, 0xffffffff, "",
                                          absl::MakeSpan(row)),
              StatusIs(kInvalid, HasSubstr("too many pixels")));
}

TEST(ImagePreprocessorTest, RowIsLeftAloneOnFailure) {
  const auto preprocessor = MakePreprocessor(SmallConfig(8));
  std::vector<float> row(preprocessor->row_size(), 42.0F);
  std::string file = ReadGoldenFile("rgb_420.jpg");
  file.resize(file.size() / 2);
  EXPECT_THAT(preprocessor->PreprocessEncoded(file, absl::MakeSpan(row)),
              StatusIs(kInvalid, HasSubstr("truncated")));
  EXPECT_THAT(row, Each(42.0F));
}

TEST(ImagePreprocessorTest, RowOfAWrongSizeIsRefused) {
  const auto preprocessor = MakePreprocessor(SmallConfig(2));
  std::vector<float> row(11);
  EXPECT_THAT(preprocessor->PreprocessRgb(2, 2, std::string(12, 'a'),
                                          absl::MakeSpan(row)),
              StatusIs(kInvalid, HasSubstr("11 elements, not 12")));
}

TEST(ImagePreprocessorTest, LimitsAreKept) {
  ImageLimits limits;
  limits.max_pixels = 40 * 30 - 1;
  std::vector<float> row(12);
  const std::string file = ReadGoldenFile("rgb_420.jpg");
  EXPECT_THAT(MakePreprocessor(SmallConfig(2), limits)
                  ->PreprocessEncoded(file, absl::MakeSpan(row)),
              StatusIs(kInvalid, HasSubstr("too many pixels: 40 x 30")));
  limits = ImageLimits();
  limits.max_encoded_bytes = file.size() - 1;
  EXPECT_THAT(MakePreprocessor(SmallConfig(2), limits)
                  ->PreprocessEncoded(file, absl::MakeSpan(row)),
              StatusIs(kInvalid, HasSubstr("bytes, the limit is")));
}

TEST(ImagePreprocessorTest, ImpossibleConfigurationsAreRefused) {
  PreprocessConfig config = SmallConfig(0);
  EXPECT_THAT(ImagePreprocessor::Create(config, {}),
              StatusIs(kInvalid, HasSubstr("image size")));
  config = SmallConfig(8);
  config.std[1] = 0;
  EXPECT_THAT(ImagePreprocessor::Create(config, {}),
              StatusIs(kInvalid, HasSubstr("std")));
  config = SmallConfig(8);
  config.fill_color = 256;
  EXPECT_THAT(ImagePreprocessor::Create(config, {}),
              StatusIs(kInvalid, HasSubstr("fill_color 256")));
}

}  // namespace
}  // namespace clip::model
