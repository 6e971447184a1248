// The opt-in that decodes large JPEGs at a fraction of their size.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "model/image/image_preprocessor.h"
#include "tests/testing/photo_like_picture.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::EncodeJpeg;
using ::clip::testing::IsOk;
using ::clip::testing::MakePhotoLikePicture;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

std::string MakeJpeg(int width, int height, uint32_t seed) {
  return EncodeJpeg(MakePhotoLikePicture(width, height, seed), width, height,
                    /*quality=*/90);
}

// A row of 224 x 224 in steps of a byte.
absl::StatusOr<std::vector<float>> Preprocess(const std::string& file,
                                              const DecodeOptions& decoding) {
  PreprocessConfig config;
  config.mean = {0, 0, 0};
  config.std = {1.0F / 255, 1.0F / 255, 1.0F / 255};
  const auto preprocessor =
      ImagePreprocessor::Create(config, ImageLimits(), decoding).value();
  std::vector<float> row(preprocessor->row_size());
  const absl::Status status =
      preprocessor->PreprocessEncoded(file, absl::MakeSpan(row));
  if (!status.ok()) return status;
  return row;
}

constexpr DecodeOptions kScaled = {/*jpeg_scaled_decode=*/true};
constexpr DecodeOptions kWhole = {/*jpeg_scaled_decode=*/false};

TEST(JpegScaledDecodeTest, IsOffByDefault) {
  const std::string file = MakeJpeg(1200, 900, 1);
  const auto by_default = Preprocess(file, DecodeOptions());
  ASSERT_THAT(by_default, IsOk());
  EXPECT_EQ(*by_default, *Preprocess(file, kWhole));
  EXPECT_NE(*by_default, *Preprocess(file, kScaled));
}

TEST(JpegScaledDecodeTest, ChangesNothingBelowFourTimesTheSize) {
  // Half of the width is less than twice the 298 pixels that it is resized to.
  const std::string file = MakeJpeg(1190, 894, 2);
  EXPECT_EQ(*Preprocess(file, kScaled), *Preprocess(file, kWhole));
}

TEST(JpegScaledDecodeTest, ChangesNothingWhereYIsResizedFirst) {
  const std::string file = MakeJpeg(900, 2400, 3);
  EXPECT_EQ(*Preprocess(file, kScaled), *Preprocess(file, kWhole));
}

// server/README.md states these. Sides that the scale does not divide have a
// last pixel that lies only partly in the picture.
TEST(JpegScaledDecodeTest, StaysWithinTheStatedError) {
  for (const auto& [width, height] :
       {std::pair{1200, 900}, std::pair{901, 1201}, std::pair{1199, 1797},
        std::pair{2500, 1900}, std::pair{2399, 1801}}) {
    SCOPED_TRACE(width);
    const std::string file = MakeJpeg(width, height, 4);
    const auto whole = Preprocess(file, kWhole);
    const auto scaled = Preprocess(file, kScaled);
    ASSERT_THAT(whole, IsOk());
    ASSERT_THAT(scaled, IsOk());
    EXPECT_NE(*whole, *scaled);
    double sum = 0;
    float most = 0;
    for (size_t i = 0; i < whole->size(); ++i) {
      const float difference = std::fabs((*whole)[i] - (*scaled)[i]);
      sum += difference;
      most = std::max(most, difference);
    }
    EXPECT_LT(sum / static_cast<double>(whole->size()), 0.4);
    EXPECT_LT(most, 3.5F);
  }
}

TEST(JpegScaledDecodeTest, ATruncatedFileIsRefused) {
  std::string file = MakeJpeg(1200, 900, 5);
  file.resize(file.size() / 2);
  EXPECT_THAT(
      Preprocess(file, kScaled),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("truncated")));
}

}  // namespace
}  // namespace clip::model
