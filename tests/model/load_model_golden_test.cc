// Every golden model, loaded as the server loads one, against open_clip.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/load_model.h"
#include "model/similarity.h"
#include "tests/model/golden_case.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;

// Promised to users: 2e-4 on normalized embeddings, 1e-2 on logits. Nothing
// but the order of sums differs, so that the tests ask for far more.
constexpr double kEmbeddingTolerance = 5e-6;
constexpr double kLogitTolerance = 1e-4;

template <typename T>
std::vector<absl::Span<const T>> Spans(
    const std::vector<std::vector<T>>& rows) {
  return {rows.begin(), rows.end()};
}

std::vector<float> Normalized(absl::StatusOr<EmbeddingRows> rows,
                              size_t embed_dim) {
  EXPECT_THAT(rows, IsOk());
  if (!rows.ok()) return {};
  for (size_t i = 0; i < rows->size(); i += embed_dim) {
    NormalizeRow(absl::MakeSpan(*rows).subspan(i, embed_dim));
  }
  return *rows;
}

class LoadModelGoldenTest : public ::testing::TestWithParam<const char*> {
 protected:
  void Load(const std::string& dtype = "float32") {
    LoadModelOptions options;
    options.directory = golden_.folder();
    options.device = "cpu";
    options.compute_threads = 1;
    options.dtype = dtype;
    auto model = LoadModel(options);
    ASSERT_THAT(model, IsOk());
    model_ = *std::move(model);
    embed_dim_ = model_.encoder->info().embed_dim;
  }

  std::vector<float> EncodeImage() {
    return Normalized(model_.encoder->EncodeImage(Spans(pixels_)), embed_dim_);
  }

  std::vector<float> EncodeText(const std::vector<std::vector<int32_t>>& rows) {
    return Normalized(model_.encoder->EncodeText(Spans(rows)), embed_dim_);
  }

  const GoldenCase golden_{GetParam()};
  const std::vector<std::vector<float>> pixels_ = golden_.FloatRows("pixels");
  const std::vector<std::vector<int32_t>> ids_ = golden_.IdRows("ids");
  LoadedModel model_;
  size_t embed_dim_ = 0;
};

TEST_P(LoadModelGoldenTest, EmbedsImagesAsOpenClip) {
  ASSERT_NO_FATAL_FAILURE(Load());
  EXPECT_LT(WorstDifference(EncodeImage(), golden_.Floats("images")),
            kEmbeddingTolerance);
}

TEST_P(LoadModelGoldenTest, EmbedsTextsAsOpenClip) {
  ASSERT_NO_FATAL_FAILURE(Load());
  EXPECT_LT(WorstDifference(EncodeText(ids_), golden_.Floats("texts")),
            kEmbeddingTolerance);
}

TEST_P(LoadModelGoldenTest, EmbedsATextAloneAsInABatch) {
  ASSERT_NO_FATAL_FAILURE(Load());
  const auto texts = golden_.FloatRows("texts");
  for (size_t i = 0; i < ids_.size(); ++i) {
    EXPECT_LT(WorstDifference(EncodeText({ids_[i]}), texts[i]),
              kEmbeddingTolerance)
        << "text " << i;
  }
}

TEST_P(LoadModelGoldenTest, GivesTheLogitsOfOpenClip) {
  ASSERT_NO_FATAL_FAILURE(Load());
  const ModelInfo& info = model_.encoder->info();
  const auto logits =
      SimilarityLogits(EncodeImage(), EncodeText(ids_), embed_dim_,
                       info.logit_scale, info.logit_bias);
  EXPECT_LT(WorstDifference(logits, golden_.Floats("logits")), kLogitTolerance);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, LoadModelGoldenTest,
    ::testing::Values("vit", "vit_quick_gelu", "vit_odd_ratio", "vit_clipa",
                      "vit_average_pool", "vit_class_token_ln_after_pool",
                      "vit_layer_scale", "vit_tanh_gelu", "vit_norm_eps",
                      "vit_not_square", "vit_custom_block", "vit_logit_bias",
                      "vit_nonscalar_logits", "vit_float16_file",
                      "vit_bfloat16_file", "text_eos_pool",
                      "text_eos_pool_bidirectional", "text_no_projection",
                      "text_linear_projection", "resnet", "resnet_quick_gelu",
                      "resnet_float16_file"),
    [](const auto& info) { return std::string(info.param); });

struct PrecisionCase {
  const char* name;
  const char* dtype;
  // Prefix of the golden's tensors.
  const char* precision;
  double tolerance;
};

class LowPrecisionGoldenTest : public ::testing::TestWithParam<PrecisionCase> {
};

TEST_P(LowPrecisionGoldenTest, StaysNearOpenClipInTheSameMode) {
  const PrecisionCase& param = GetParam();
  const GoldenCase golden(param.name);
  LoadModelOptions options;
  options.directory = golden.folder();
  options.device = "cpu";
  options.compute_threads = 1;
  options.dtype = param.dtype;
  auto model = LoadModel(options);
  ASSERT_THAT(model, IsOk());
  Encoder& encoder = *model->encoder;
  EXPECT_EQ(encoder.info().dtype, param.dtype);
  const size_t embed_dim = encoder.info().embed_dim;
  const std::string prefix = std::string(param.precision) + ".";
  const auto pixels = golden.FloatRows("pixels");
  EXPECT_LT(
      WorstDifference(Normalized(encoder.EncodeImage(Spans(pixels)), embed_dim),
                      golden.Floats(prefix + "images")),
      param.tolerance);
  const auto ids = golden.IdRows("ids");
  EXPECT_LT(
      WorstDifference(Normalized(encoder.EncodeText(Spans(ids)), embed_dim),
                      golden.Floats(prefix + "texts")),
      param.tolerance);
}

// A value near 1 in bfloat16 has steps of 2^-8, in float16 of 2^-11.
INSTANTIATE_TEST_SUITE_P(
    Cases, LowPrecisionGoldenTest,
    ::testing::Values(PrecisionCase{"vit", "bfloat16", "bf16", 2e-2},
                      PrecisionCase{"vit", "float16", "fp16", 2e-3},
                      PrecisionCase{"resnet", "bfloat16", "bf16", 2e-2}),
    [](const auto& info) {
      return std::string(info.param.name) + "_" + info.param.dtype;
    });

}  // namespace
}  // namespace clip::model
