#include "model/image/streamed_resize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "model/image/antialiased_resize.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;

struct Case {
  int64_t width;
  int64_t height;
  ResizeWindow window;
};

// Smaller and larger, cropped on either axis, and heights that are no multiple
// of the rows at once.
const std::array<Case, 6> kCases = {{
    {64, 48, {29, 22, 4, 0, 22, 22}},
    {101, 37, {60, 22, 19, 0, 22, 22}},
    {37, 51, {22, 30, 0, 4, 22, 22}},
    {9, 7, {28, 22, 3, 0, 22, 22}},
    {300, 1, {40, 2, 0, 0, 40, 2}},
    {33, 90, {7, 70, 2, 60, 3, 10}},
}};

StreamedResize::Source SourceOf(PixelMode mode, const Case& shape) {
  return {mode, shape.width, shape.height, static_cast<double>(shape.width),
          static_cast<double>(shape.height)};
}

PixelBuffer MakeNoise(PixelMode mode, int64_t width, int64_t height) {
  PixelBuffer buffer = PixelBuffer::Create(mode, width, height).value();
  uint32_t random = 7;
  for (int64_t y = 0; y < height; ++y) {
    for (size_t i = 0; i < buffer.row_bytes(); ++i) {
      random = random * 1664525 + 1013904223;
      buffer.row(y)[i] = static_cast<uint8_t>(random >> 24);
    }
  }
  return buffer;
}

std::vector<uint8_t> BytesOf(const PixelBuffer& buffer) {
  return {buffer.row(0), buffer.row(buffer.height() - 1) + buffer.row_bytes()};
}

// Hands the rows over as a decoder does.
void WriteRows(const PixelBuffer& source, RowSink* sink) {
  for (int64_t y = 0; y < source.height(); y += RowSink::kRowsAtOnce) {
    const int64_t count = std::min(RowSink::kRowsAtOnce, source.height() - y);
    for (int64_t i = 0; i < count; ++i) {
      std::copy_n(source.row(y + i), source.row_bytes(), sink->Row(y + i));
    }
    sink->RowsWritten(y, count);
  }
}

TEST(StreamedResizeTest, GivesTheBytesOfTheWholePicturesResize) {
  for (const Case& shape : kCases) {
    ASSERT_TRUE(StreamedResize::Suits(shape.width, shape.height, shape.window));
    for (const auto mode :
         {PixelMode::kGray, PixelMode::kRgb, PixelMode::kCmyk}) {
      const PixelBuffer source = MakeNoise(mode, shape.width, shape.height);
      const auto expected = AntialiasedResize(source.view(), shape.window,
                                              Interpolation::kBicubic);
      const auto resize = StreamedResize::Create(
          SourceOf(mode, shape), shape.window, Interpolation::kBicubic);
      ASSERT_THAT(expected, IsOk());
      ASSERT_THAT(resize, IsOk());
      WriteRows(source, resize->get());
      const auto window = (*resize)->Finish();
      ASSERT_THAT(window, IsOk());
      EXPECT_EQ(BytesOf(*window), BytesOf(*expected))
          << shape.width << " x " << shape.height;
    }
  }
}

TEST(StreamedResizeTest, SuitsNoPictureThatIsResizedAlongYFirst) {
  EXPECT_TRUE(StreamedResize::Suits(60, 100, {50, 80, 0, 0, 50, 50}));
  EXPECT_FALSE(StreamedResize::Suits(60, 101, {50, 80, 0, 0, 50, 50}));
}

TEST(StreamedResizeTest, SuitsNoPictureOfWhichASideStays) {
  EXPECT_FALSE(StreamedResize::Suits(60, 50, {60, 40, 0, 0, 40, 40}));
  EXPECT_FALSE(StreamedResize::Suits(60, 50, {40, 50, 0, 0, 40, 40}));
}

TEST(StreamedResizeTest, SuitsNoRowWithoutBoundsOnItsWeights) {
  EXPECT_TRUE(StreamedResize::Suits(65536, 50, {400, 40, 0, 0, 40, 40}));
  EXPECT_FALSE(StreamedResize::Suits(65537, 50, {400, 40, 0, 0, 40, 40}));
}

}  // namespace
}  // namespace clip::model
