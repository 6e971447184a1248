#include "client/cli/model_report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace clip::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ModelInfo Model() {
  ModelInfo model;
  model.name = "toy";
  model.architecture = "CLIP(Toy, Toy)";
  model.embed_dim = 512;
  model.image_width = 224;
  model.image_height = 192;
  model.context_length = 77;
  model.vocab_size = 49408;
  model.preprocessing = {{0.5F, 0.25F, 0.1F}, {1, 2, 3}, "bicubic", "squash"};
  model.dtype = "bfloat16";
  model.device = "cpu";
  model.checkpoint_sha256 = "abc";
  model.logit_scale = 100;
  return model;
}

TEST(ModelReportTest, TheTableHasEveryFact) {
  EXPECT_EQ(ModelsAsTable({Model()}),
            "toy\n"
            "  architecture  CLIP(Toy, Toy)\n"
            "  embedding     512 dimensions\n"
            "  image         224 x 192 pixels, squash resize, bicubic\n"
            "  mean          0.5, 0.25, 0.1\n"
            "  std           1, 2, 3\n"
            "  text          77 tokens of 49408\n"
            "  dtype         bfloat16\n"
            "  device        cpu\n"
            "  logit scale   100\n"
            "  checkpoint    sha256 abc\n");
}

TEST(ModelReportTest, ALogitBiasIsShownWhereThereIsOne) {
  ModelInfo model = Model();
  EXPECT_THAT(ModelsAsTable({model}), Not(HasSubstr("bias")));
  EXPECT_THAT(ModelsAsJson({model}), Not(HasSubstr("bias")));
  model.logit_bias = -10.5F;
  EXPECT_THAT(ModelsAsTable({model}), HasSubstr("  logit bias    -10.5\n"));
  EXPECT_EQ(
      nlohmann::json::parse(ModelsAsJson({model}))["models"][0]["logit_bias"],
      -10.5);
}

TEST(ModelReportTest, JsonHasTheNamesOfTheApi) {
  EXPECT_EQ(nlohmann::json::parse(ModelsAsJson({Model()})),
            nlohmann::json::parse(R"json({"models": [{
    "name": "toy", "architecture": "CLIP(Toy, Toy)", "embed_dim": 512,
    "image_width": 224, "image_height": 192, "context_length": 77,
    "vocab_size": 49408,
    "preprocessing": {"mean": [0.5, 0.25, 0.1], "std": [1, 2, 3],
                      "interpolation": "bicubic", "resize_mode": "squash"},
    "dtype": "bfloat16", "device": "cpu", "checkpoint_sha256": "abc",
    "logit_scale": 100}]})json"));
}

TEST(ModelReportTest, SeveralModelsAreSeveralEntries) {
  EXPECT_EQ(
      nlohmann::json::parse(ModelsAsJson({Model(), Model()}))["models"].size(),
      2U);
}

}  // namespace
}  // namespace clip::client
