// Every file of tests/golden/image must give the pixels and the rows of the
// reference, and fail where it fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/image/image_decoder.h"
#include "model/image/image_preprocessor.h"
#include "tests/model/image/picture_files.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;

const nlohmann::json& Goldens() {
  static const auto* const goldens = new nlohmann::json([] {
    std::ifstream file(CLIP_SOURCE_DIR "/tests/golden/image/goldens.json");
    return nlohmann::json::parse(file);
  }());
  return *goldens;
}

uint32_t Checksum(const void* data, size_t size) {
  return static_cast<uint32_t>(
      crc32(0, static_cast<const Bytef*>(data), static_cast<uInt>(size)));
}

PreprocessConfig ConfigOf(const nlohmann::json& golden) {
  PreprocessConfig config;
  const std::string mode = golden.at(0);
  config.resize_mode = mode == "squash"    ? ResizeMode::kSquash
                       : mode == "longest" ? ResizeMode::kLongest
                                           : ResizeMode::kShortest;
  config.image_width = golden.at(1);
  config.image_height = golden.at(2);
  config.interpolation = golden.at(3) == "bilinear" ? Interpolation::kBilinear
                                                    : Interpolation::kBicubic;
  config.fill_color = golden.at(4);
  return config;
}

std::string NameOf(PixelMode mode) {
  switch (mode) {
    case PixelMode::kBilevel:
      return "1";
    case PixelMode::kGray:
      return "L";
    case PixelMode::kGray16:
      return "I;16";
    case PixelMode::kGrayAlpha:
      return "LA";
    case PixelMode::kPalette:
      return "P";
    case PixelMode::kRgb:
      return "RGB";
    case PixelMode::kRgba:
      return "RGBA";
    case PixelMode::kCmyk:
      return "CMYK";
  }
  return "";
}

// Pillow has no LA of 16 bits and makes it RGBA; here it stays gray and alpha.
std::vector<uint8_t> PixelsAs(const std::string& mode,
                              const PixelBuffer& buffer) {
  const bool widen = mode == "RGBA" && buffer.mode() == PixelMode::kGrayAlpha;
  std::vector<uint8_t> pixels;
  for (int64_t y = 0; y < buffer.height(); ++y) {
    const uint8_t* row = buffer.row(y);
    for (size_t i = 0; i < buffer.row_bytes(); ++i) {
      const bool gray = widen && i % 2 == 0;
      pixels.insert(pixels.end(), gray ? 3 : 1, row[i]);
    }
  }
  return pixels;
}

TEST(ImageGoldenTest, CoversEveryKindOfFile) {
  EXPECT_GE(Goldens().at("files").size(), 90u);
}

TEST(ImageGoldenTest, DecodesToThePixelsAndModeOfTheReference) {
  for (const auto& [name, golden] : Goldens().at("files").items()) {
    SCOPED_TRACE(name);
    const auto buffer = DecodeImage(ReadGoldenFile(name), ImageLimits());
    ASSERT_THAT(buffer, IsOk());
    EXPECT_EQ(buffer->width(), golden.at("width"));
    EXPECT_EQ(buffer->height(), golden.at("height"));
    const std::string mode = golden.at("mode");
    const std::vector<uint8_t> pixels = PixelsAs(mode, *buffer);
    EXPECT_EQ(Checksum(pixels.data(), pixels.size()), golden.at("pixels"));
    if (buffer->mode() != PixelMode::kGrayAlpha) {
      EXPECT_EQ(NameOf(buffer->mode()), mode);
    }
  }
}

TEST(ImageGoldenTest, FirstConfigurationGivesTheBytesOfTheReference) {
  std::ifstream file(CLIP_SOURCE_DIR "/tests/golden/image/pictures.bin",
                     std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  PreprocessConfig config = ConfigOf(Goldens().at("configs").at(0));
  config.mean = {0, 0, 0};
  config.std = {1, 1, 1};
  const auto preprocessor = ImagePreprocessor::Create(config, ImageLimits());
  ASSERT_THAT(preprocessor, IsOk());
  std::vector<float> row((*preprocessor)->row_size());
  const size_t plane = row.size() / 3;
  ASSERT_EQ(bytes.size(), Goldens().at("files").size() * row.size());
  size_t position = 0;
  for (const auto& [name, golden] : Goldens().at("files").items()) {
    ASSERT_THAT(
        (*preprocessor)
            ->PreprocessEncoded(ReadGoldenFile(name), absl::MakeSpan(row)),
        IsOk())
        << name;
    for (size_t i = 0; i < row.size(); ++i) {
      const auto expected = static_cast<uint8_t>(bytes[position++]);
      const float value = row[i % 3 * plane + i / 3];
      ASSERT_EQ(value, static_cast<float>(expected) / 255.0F)
          << name << " at byte " << i;
    }
  }
}

TEST(ImageGoldenTest, EveryConfigurationGivesTheRowOfTheReference) {
  const auto& configs = Goldens().at("configs");
  for (size_t i = 0; i < configs.size(); ++i) {
    const auto preprocessor =
        ImagePreprocessor::Create(ConfigOf(configs.at(i)), ImageLimits());
    ASSERT_THAT(preprocessor, IsOk());
    std::vector<float> row((*preprocessor)->row_size());
    for (const auto& [name, golden] : Goldens().at("files").items()) {
      SCOPED_TRACE(name + " with " + configs.at(i).dump());
      const absl::Status status =
          (*preprocessor)
              ->PreprocessEncoded(ReadGoldenFile(name), absl::MakeSpan(row));
      const auto& expected = golden.at("rows").at(i);
      if (expected.is_null()) {
        EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
        continue;
      }
      ASSERT_THAT(status, IsOk());
      EXPECT_EQ(Checksum(row.data(), row.size() * sizeof(float)), expected);
    }
  }
}

TEST(ImageGoldenTest, CutFilesAreRefusedExactlyWhereTheReferenceRefuses) {
  for (const auto& [name, golden] : Goldens().at("files").items()) {
    const std::string file = ReadGoldenFile(name);
    std::vector<size_t> lengths;
    for (size_t i = 1; i < 32; ++i) lengths.push_back(file.size() * i / 32);
    for (size_t i = 24; i > 0; --i) lengths.push_back(file.size() - i);
    const std::string cuts = golden.at("cuts");
    ASSERT_EQ(cuts.size(), lengths.size());
    for (size_t i = 0; i < lengths.size(); ++i) {
      const std::string cut = file.substr(0, lengths[i]);
      const auto buffer = DecodeImage(cut, ImageLimits());
      EXPECT_EQ(buffer.ok(), cuts[i] == '1')
          << name << " cut to " << lengths[i] << " of " << file.size() << ": "
          << buffer.status();
    }
  }
}

}  // namespace
}  // namespace clip::model
