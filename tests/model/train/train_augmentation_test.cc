#include "model/train/train_augmentation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "model/image/image_decoder.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::ReadWholeFile;
using clip::testing::StatusIs;

constexpr char kGolden[] = CLIP_SOURCE_DIR "/tests/golden/";

// A golden's changes, behind which stand those that it leaves out.
ColorJitter JitterOf(const nlohmann::json& changes) {
  const std::map<std::string, int> properties = {
      {"brightness", 0}, {"contrast", 1}, {"saturation", 2}, {"hue", 3}};
  ColorJitter jitter;
  size_t next = 0;
  for (const auto& change : changes) {
    const int property = properties.at(change[0]);
    jitter.order[next++] = property;
    jitter.factors[static_cast<size_t>(property)] = change[1].get<float>();
  }
  for (const auto& [name, property] : properties) {
    if (jitter.factors[static_cast<size_t>(property)].has_value()) continue;
    jitter.order[next++] = property;
  }
  return jitter;
}

std::unique_ptr<TrainAugmentation> Create(
    const TrainAugmentation::Options& options) {
  auto augmentation = TrainAugmentation::Create(options);
  return augmentation.ok() ? *std::move(augmentation) : nullptr;
}

TEST(TrainAugmentationTest, RendersTheRowsOfTheReference) {
  const auto goldens = nlohmann::json::parse(
      ReadWholeFile(std::string(kGolden) + "augmentation/goldens.json"));
  ASSERT_EQ(goldens["rows"].size(), 44);
  for (const auto& golden : goldens["rows"]) {
    TrainAugmentation::Options options;
    options.config.image_width = golden["size"][0];
    options.config.image_height = golden["size"][1];
    auto decoded =
        DecodeImage(ReadWholeFile(std::string(kGolden) + "image/files/" +
                                  golden["file"].get<std::string>()),
                    ImageLimits());
    ASSERT_THAT(decoded, IsOk());
    TrainAugmentation::Draw draw;
    const auto& crop = golden["crop"];
    draw.crop = {crop[0], crop[1], crop[2], crop[3]};
    draw.color_jitter = JitterOf(golden["jitter"]);
    draw.gray_scale = golden["gray"];
    std::vector<float> row(static_cast<size_t>(3 * options.config.image_width *
                                               options.config.image_height));
    ASSERT_THAT(
        Create(options)->Render(*std::move(decoded), draw, absl::MakeSpan(row)),
        IsOk());
    EXPECT_EQ(crc32(0, reinterpret_cast<const Bytef*>(row.data()),
                    static_cast<uInt>(row.size() * sizeof(float))),
              golden["row"])
        << golden;
  }
}

TEST(TrainAugmentationTest, AppliesWhatItDrawsForTheSeed) {
  TrainAugmentation::Options options;
  options.config.image_width = options.config.image_height = 20;
  options.color_jitter = {0.3, 0.3, 0.3, 0.1};
  options.color_jitter_prob = 1.0;
  const auto augmentation = Create(options);
  const std::string file =
      ReadWholeFile(std::string(kGolden) + "image/files/rgb_444.jpg");
  std::vector<std::vector<float>> rows;
  for (const uint64_t seed : {5, 5, 6}) {
    rows.emplace_back(1200);
    ASSERT_THAT(augmentation->Apply(file, seed, absl::MakeSpan(rows.back())),
                IsOk());
  }
  EXPECT_EQ(rows[0], rows[1]);
  EXPECT_NE(rows[0], rows[2]);
  auto decoded = DecodeImage(file, ImageLimits());
  ASSERT_THAT(decoded, IsOk());
  const auto draw =
      augmentation->DrawFor(decoded->width(), decoded->height(), 6);
  std::vector<float> rendered(1200);
  ASSERT_THAT(
      augmentation->Render(*std::move(decoded), draw, absl::MakeSpan(rendered)),
      IsOk());
  EXPECT_EQ(rendered, rows[2]);
}

TEST(TrainAugmentationTest, CropsKeepTheirShareAndRatio) {
  TrainAugmentation::Options options;
  options.crop.scale = {0.25, 0.5};
  options.crop.ratio = {0.5, 0.8};
  const auto augmentation = Create(options);
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const CropBox crop = augmentation->DrawFor(1000, 1000, seed).crop;
    EXPECT_GE(crop.left, 0);
    EXPECT_GE(crop.top, 0);
    EXPECT_LE(crop.left + crop.width, 1000);
    EXPECT_LE(crop.top + crop.height, 1000);
    EXPECT_NEAR(static_cast<double>(crop.width * crop.height) / 1e6, 0.375,
                0.127);
    EXPECT_NEAR(
        static_cast<double>(crop.width) / static_cast<double>(crop.height),
        0.65, 0.152);
  }
}

TEST(TrainAugmentationTest, ProbabilitiesAreSharesOfThePictures) {
  TrainAugmentation::Options options;
  options.color_jitter = {0.3, 0.3, 0.3, 0.1};
  options.color_jitter_prob = 0.8;
  options.gray_scale_prob = 0.2;
  const auto augmentation = Create(options);
  int jittered = 0;
  int gray = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const auto draw = augmentation->DrawFor(40, 30, seed);
    jittered += draw.color_jitter.has_value() ? 1 : 0;
    gray += draw.gray_scale ? 1 : 0;
  }
  EXPECT_NEAR(jittered, 800, 50);
  EXPECT_NEAR(gray, 200, 50);
}

TEST(TrainAugmentationTest, OptionsOutOfRangeAreRefused) {
  const auto refuse = [](const auto& change) {
    TrainAugmentation::Options options;
    change(options);
    EXPECT_THAT(TrainAugmentation::Create(options).status(),
                StatusIs(absl::StatusCode::kInvalidArgument));
  };
  refuse([](auto& options) { options.crop.scale = {0.0, 1.0}; });
  refuse([](auto& options) { options.crop.scale = {0.9, 0.8}; });
  refuse([](auto& options) { options.crop.scale = {0.9, 1.1}; });
  refuse([](auto& options) { options.crop.ratio = {2.0, 1.0}; });
  refuse([](auto& options) { options.crop.ratio.second = NAN; });
  refuse([](auto& options) { options.color_jitter.contrast = -0.1; });
  refuse([](auto& options) { options.color_jitter.hue = 0.6; });
  refuse([](auto& options) { options.color_jitter_prob = 1.5; });
  refuse([](auto& options) { options.gray_scale_prob = NAN; });
}

}  // namespace
}  // namespace clip::model
