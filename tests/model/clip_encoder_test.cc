#include "model/clip_encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "model/checkpoint/safetensors_reader.h"
#include "model/layers/cpu_features.h"
#include "tests/model/golden_case.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class ClipEncoderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file(golden_.folder() + "/open_clip_config.json");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    auto config = ParseHubConfig(text);
    ASSERT_THAT(config, IsOk());
    config_ = *config;
    auto encoder = Create(Options());
    ASSERT_THAT(encoder, IsOk());
    encoder_ = *std::move(encoder);
  }

  static ClipEncoderOptions Options() {
    ClipEncoderOptions options;
    options.device = "cpu";
    options.compute_threads = 1;
    return options;
  }

  absl::StatusOr<std::unique_ptr<ClipEncoder>> Create(
      const ClipEncoderOptions& options) const {
    return ClipEncoder::Create(config_, *weights_, options);
  }

  const GoldenCase golden_{"vit"};
  const absl::StatusOr<StateDict> weights_ = ReadSafetensors(golden_.weights());
  HubConfig config_;
  std::unique_ptr<ClipEncoder> encoder_;
  const std::vector<std::vector<float>> pixels_ = golden_.FloatRows("pixels");
  const std::vector<std::vector<int32_t>> ids_ = golden_.IdRows("ids");
};

TEST_F(ClipEncoderTest, CountsTheTokensUpToTheEndOfAText) {
  EXPECT_FALSE(encoder_->info().pads_texts);
  std::vector<int32_t> row(20, 0);
  row[4] = 39;
  EXPECT_EQ(encoder_->TextLength(row), 5);
  row[19] = 39;
  EXPECT_EQ(encoder_->TextLength(row), 5);
}

TEST_F(ClipEncoderTest, CountsACommonBeginningOnce) {
  std::vector<int32_t> row(20, 0);
  row[4] = 39;
  std::vector<int32_t> other = row;
  other[3] = 7;
  EXPECT_EQ(encoder_->TextPositions({row, other, row}),
            (std::vector<int>{5, 2, 0}));
}

TEST_F(ClipEncoderTest, DescribesTheModel) {
  const ModelInfo& info = encoder_->info();
  EXPECT_EQ(info.architecture, "CLIP(VisionTransformer, TextTransformer)");
  EXPECT_EQ(info.embed_dim, 12);
  EXPECT_EQ(info.context_length, 20);
  EXPECT_EQ(info.vocab_size, 40);
  EXPECT_EQ(info.preprocess.image_width, 16);
  EXPECT_EQ(info.dtype, "float32");
  EXPECT_EQ(info.device, "cpu");
  EXPECT_EQ(info.checkpoint_sha256, weights_->sha256());
  EXPECT_NEAR(info.logit_scale, 12.1825, 1e-3);
  EXPECT_FALSE(info.logit_bias.has_value());
}

TEST_F(ClipEncoderTest, AnswersAnEmptyBatchWithNoRows) {
  const auto images = encoder_->EncodeImage({});
  ASSERT_THAT(images, IsOk());
  EXPECT_TRUE(images->empty());
  EXPECT_THAT(encoder_->EncodeText({}), IsOk());
}

TEST_F(ClipEncoderTest, NamesTheImageRowOfTheWrongLength) {
  const std::vector<float> wrong(7);
  EXPECT_THAT(encoder_->EncodeImage({pixels_[0], wrong}),
              StatusIs(kInvalid, HasSubstr("row 1 has 7 values, not 768")));
}

TEST_F(ClipEncoderTest, NamesTheTextRowOfTheWrongLength) {
  const std::vector<int32_t> wrong(19);
  EXPECT_THAT(encoder_->EncodeText({ids_[0], wrong}),
              StatusIs(kInvalid, HasSubstr("row 1 has 19 token ids, not 20")));
}

TEST_F(ClipEncoderTest, RefusesTokenIdsOutsideTheVocabulary) {
  for (const int32_t id : {-1, 40, std::numeric_limits<int32_t>::max(),
                           std::numeric_limits<int32_t>::min()}) {
    std::vector<int32_t> row = ids_[0];
    row.back() = id;
    EXPECT_THAT(encoder_->EncodeText({row}),
                StatusIs(kInvalid, HasSubstr("token id")))
        << id;
  }
}

TEST_F(ClipEncoderTest, KeepsARowThatIsNotFiniteToItself) {
  const auto alone = encoder_->EncodeImage({pixels_[0]});
  const std::vector<float> poison(pixels_[0].size(),
                                  std::numeric_limits<float>::quiet_NaN());
  const auto both = encoder_->EncodeImage({poison, pixels_[0]});
  ASSERT_THAT(alone, IsOk());
  ASSERT_THAT(both, IsOk());
  const std::vector<float> second(both->begin() + 12, both->end());
  EXPECT_LT(WorstDifference(*alone, second), 1e-5);
}

TEST_F(ClipEncoderTest, GivesTheSameAnswersToManyThreads) {
  const auto expected = encoder_->EncodeImage({pixels_[0]});
  ASSERT_THAT(expected, IsOk());
  std::vector<double> worst(4, 0.0);
  std::vector<std::thread> threads;
  for (double& difference : worst) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const auto rows = encoder_->EncodeImage({pixels_[0]});
        difference = std::max(
            difference, rows.ok() ? WorstDifference(*rows, *expected)
                                  : std::numeric_limits<double>::infinity());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const double difference : worst) EXPECT_LT(difference, 1e-5);
}

TEST_F(ClipEncoderTest, RefusesAnUnknownDtype) {
  ClipEncoderOptions options = Options();
  options.dtype = "int4";
  EXPECT_THAT(Create(options), StatusIs(kInvalid, HasSubstr("not int4")));
}

TEST_F(ClipEncoderTest, MultipliesInInt8WhereTheProcessorDoes) {
  ClipEncoderOptions options = Options();
  options.dtype = "int8";
  const auto encoder = Create(options);
  if (!HasInt8Instructions()) {
    EXPECT_THAT(encoder, StatusIs(kInvalid, HasSubstr("AVX-512 VNNI")));
    return;
  }
  ASSERT_THAT(encoder, IsOk());
  EXPECT_EQ((*encoder)->info().dtype, "int8");
  const auto rows = (*encoder)->EncodeImage({pixels_[0]});
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ(rows->size(), 12);
}

TEST_F(ClipEncoderTest, RefusesAnUnknownDevice) {
  for (const char* device :
       {"", "gpu", "cuda", "cuda:", "cuda:-1", "cuda:x", "cuda:1000"}) {
    ClipEncoderOptions options = Options();
    options.device = device;
    EXPECT_THAT(Create(options),
                StatusIs(kInvalid, HasSubstr("auto, cpu or cuda:N")))
        << device;
  }
}

TEST_F(ClipEncoderTest, SaysThatAGpuIsNotThere) {
  ClipEncoderOptions options = Options();
  options.device = "cuda:127";
  EXPECT_THAT(Create(options),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cuda:127")));
}

TEST_F(ClipEncoderTest, FallsBackToTheProcessorWhereAutoFindsNoGpu) {
  ClipEncoderOptions options = Options();
  options.device = "auto";
  EXPECT_THAT(Create(options), IsOk());
}

TEST_F(ClipEncoderTest, RefusesAHugeModelBeforeItTouchesMemory) {
  // 68 GB of parameters, if they were written.
  config_.model.vision.transformer.width = 1 << 16;
  config_.model.vision.transformer.mlp_width = 1 << 16;
  const absl::Status status = Create(Options()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status) ||
              absl::IsResourceExhausted(status))
      << status;
}

}  // namespace
}  // namespace clip::model
