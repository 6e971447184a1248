// An independent decoder as the judge: where a file's pixels are plain RGB or
// gray, OpenCV's codecs must give the same bytes as ours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <opencv2/core/mat.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include "model/image/image_decoder.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

namespace fs = std::filesystem;
using clip::testing::ReadWholeFile;

cv::Mat DecodeWithOpenCv(const std::string& file, PixelMode mode) {
  const cv::Mat bytes(1, static_cast<int>(file.size()), CV_8U,
                      const_cast<char*>(file.data()));
  const int colour =
      mode == PixelMode::kGray ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR;
  return cv::imdecode(bytes, colour | cv::IMREAD_IGNORE_ORIENTATION);
}

// OpenCV keeps B, G, R.
bool SamePixel(PixelMode mode, const uint8_t* ours, const uint8_t* theirs) {
  if (mode == PixelMode::kGray) return ours[0] == theirs[0];
  return ours[0] == theirs[2] && ours[1] == theirs[1] && ours[2] == theirs[0];
}

int CountDifferentPixels(const PixelBuffer& ours, const cv::Mat& theirs) {
  const int size = BytesPerPixel(ours.mode());
  int different = 0;
  for (int y = 0; y < theirs.rows; ++y) {
    for (int x = 0; x < theirs.cols; ++x) {
      different += !SamePixel(ours.mode(), ours.row(y) + x * size,
                              theirs.ptr<uint8_t>(y) + x * size);
    }
  }
  return different;
}

TEST(OpenCvAgreementTest, GivesTheSamePixelsForJpegPngAndWebp) {
  int compared = 0;
  for (const auto& entry :
       fs::directory_iterator(CLIP_SOURCE_DIR "/tests/golden/image/files")) {
    const std::string file = ReadWholeFile(entry.path().string());
    const auto ours = DecodeImage(file, ImageLimits());
    if (entry.path().extension() == ".bmp" || !ours.ok() ||
        (ours->mode() != PixelMode::kRgb && ours->mode() != PixelMode::kGray)) {
      continue;
    }
    SCOPED_TRACE(entry.path().filename().string());
    const cv::Mat theirs = DecodeWithOpenCv(file, ours->mode());
    // Its WebP codec reads no animation.
    if (theirs.empty() && entry.path().stem() == "animated") continue;
    ASSERT_EQ(theirs.cols, ours->width());
    ASSERT_EQ(theirs.rows, ours->height());
    EXPECT_EQ(CountDifferentPixels(*ours, theirs), 0);
    ++compared;
  }
  EXPECT_GE(compared, 20);
}

}  // namespace
}  // namespace clip::model
