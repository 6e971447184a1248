// Every instruction set must give the same bytes.
#include "model/image/resample_routines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <vector>

#include "model/image/resample_kernel.h"
#include "model/image/resample_pass.h"

namespace clip::model {
namespace {

PixelBuffer MakeNoise(PixelMode mode, int64_t width, int64_t height,
                      std::mt19937* random) {
  PixelBuffer buffer = PixelBuffer::Create(mode, width, height).value();
  for (int64_t y = 0; y < height; ++y) {
    for (size_t i = 0; i < buffer.row_bytes(); ++i) {
      // Extremes make the sums overshoot, which is where clamping matters.
      const uint32_t value = (*random)() % 512;
      buffer.row(y)[i] = static_cast<uint8_t>(value < 256      ? value
                                              : value % 2 == 0 ? 0
                                                               : 255);
    }
  }
  return buffer;
}

// One pass along an axis with a part of the resized pixels.
struct Pass {
  bool horizontal;
  PixelMode mode;
  int64_t source_size;
  int64_t other_size;
  int64_t resized_size;
  int64_t first;
  int64_t count;
  Interpolation interpolation;
};

Pass RandomPass(std::mt19937* random) {
  const auto below = [random](int64_t limit) {
    return static_cast<int64_t>((*random)() % static_cast<uint32_t>(limit));
  };
  constexpr std::array<PixelMode, 5> kModes = {
      PixelMode::kGray, PixelMode::kGrayAlpha, PixelMode::kRgb,
      PixelMode::kRgba, PixelMode::kCmyk};
  Pass pass;
  pass.horizontal = below(2) == 0;
  pass.mode = kModes[static_cast<size_t>(below(5))];
  pass.source_size = 1 + below(below(3) == 0 ? 12 : 300);
  pass.other_size = 1 + below(below(3) == 0 ? 9 : 90);
  pass.resized_size = 1 + below(200);
  pass.first = below(pass.resized_size);
  pass.count = 1 + below(pass.resized_size - pass.first);
  pass.interpolation =
      below(2) == 0 ? Interpolation::kBicubic : Interpolation::kBilinear;
  return pass;
}

std::vector<uint8_t> RunPass(const Pass& pass, const PixelBuffer& source,
                             const ResampleRoutines& routines) {
  const ResampleKernel kernel(pass.source_size, pass.resized_size,
                              pass.interpolation);
  const int64_t width = pass.horizontal ? pass.count : pass.other_size;
  const int64_t height = pass.horizontal ? pass.other_size : pass.count;
  PixelBuffer result = PixelBuffer::Create(pass.mode, width, height).value();
  const auto resample =
      pass.horizontal ? ResampleHorizontally : ResampleVertically;
  resample(source.view(), 0, kernel, pass.first, routines, &result);
  return {result.row(0),
          result.row(0) + static_cast<size_t>(height) * result.row_bytes()};
}

TEST(ResampleRoutinesTest, EveryInstructionSetGivesTheSameBytes) {
  std::mt19937 random(11);
  for (int round = 0; round < 1500; ++round) {
    const Pass pass = RandomPass(&random);
    const PixelBuffer source = MakeNoise(
        pass.mode, pass.horizontal ? pass.source_size : pass.other_size,
        pass.horizontal ? pass.other_size : pass.source_size, &random);
    const std::vector<uint8_t> expected =
        RunPass(pass, source, PortableResampleRoutines());
    for (const ResampleRoutines* routines : SupportedResampleRoutines()) {
      ASSERT_EQ(RunPass(pass, source, *routines), expected)
          << routines->name << (pass.horizontal ? " along x, " : " along y, ")
          << BytesPerPixel(pass.mode) << " bytes a pixel, " << pass.source_size
          << " to " << pass.resized_size << ", other side " << pass.other_size
          << ", from " << pass.first << " on " << pass.count;
    }
  }
}

// More weights than a pass holds at once, so that a row is made in blocks.
TEST(ResampleRoutinesTest, BlocksOfALongRowGiveTheSameBytes) {
  std::mt19937 random(12);
  const PixelBuffer source = MakeNoise(PixelMode::kRgb, 70000, 3, &random);
  const Pass pass = {true, PixelMode::kRgb,        70000, 3, 300, 0,
                     300,  Interpolation::kBicubic};
  const std::vector<uint8_t> expected =
      RunPass(pass, source, PortableResampleRoutines());
  for (const ResampleRoutines* routines : SupportedResampleRoutines()) {
    EXPECT_EQ(RunPass(pass, source, *routines), expected) << routines->name;
  }
}

TEST(ResampleRoutinesTest, PortableSumsRoundAndClamp) {
  PixelBuffer source = PixelBuffer::Create(PixelMode::kGray, 4, 1).value();
  const std::vector<uint8_t> pixels = {0, 255, 255, 0};
  std::memcpy(source.row(0), pixels.data(), pixels.size());
  const Pass pass = {true, PixelMode::kGray,       4, 1, 8, 0,
                     8,    Interpolation::kBicubic};
  // In the middle the weights are -0.0703125, 0.8671875, 0.2265625 and
  // -0.0234375, which gives 279; at the edges they are cut and normalized
  // again, which gives -22, 48.4 and 198.6.
  EXPECT_THAT(RunPass(pass, source, PortableResampleRoutines()),
              ::testing::ElementsAre(0, 48, 199, 255, 255, 199, 48, 0));
}

// Behind the last row there is nothing: the sanitizers see who reads it.
TEST(ResampleRoutinesTest, SmallestPicturesAreReadWithinTheirMemory) {
  std::mt19937 random(13);
  for (int64_t width = 1; width < 9; ++width) {
    for (const auto mode : {PixelMode::kGray, PixelMode::kRgb}) {
      const PixelBuffer source = MakeNoise(mode, width, 2, &random);
      const Pass pass = {true, mode, width, 2,
                         5,    0,    5,     Interpolation::kBilinear};
      for (const ResampleRoutines* routines : SupportedResampleRoutines()) {
        EXPECT_EQ(RunPass(pass, source, *routines),
                  RunPass(pass, source, PortableResampleRoutines()));
      }
    }
  }
}

TEST(ResampleRoutinesTest, WeightsStayBelowTheLimit) {
  std::mt19937 random(14);
  for (int round = 0; round < 3000; ++round) {
    const auto source = static_cast<int64_t>(1 + random() % 400);
    const auto resized = static_cast<int64_t>(1 + random() % 4000);
    const ResampleKernel kernel(source, resized, Interpolation::kBicubic);
    std::vector<double> scratch;
    std::vector<int32_t> weights;
    kernel.AppendFixedPointWeights(0, &scratch, &weights);
    kernel.AppendFixedPointWeights(
        static_cast<int64_t>(random() % static_cast<uint32_t>(resized)),
        &scratch, &weights);
    for (const int32_t weight : weights) {
      ASSERT_LT(weight, kWeightLimit);
      ASSERT_GT(weight, -kWeightLimit);
    }
  }
}

}  // namespace
}  // namespace clip::model
