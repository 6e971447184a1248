#include "model/clip.h"

#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "model/checkpoint/load_weights.h"
#include "model/checkpoint/safetensors_reader.h"
#include "model/config/hub_config.h"
#include "tests/model/golden_case.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;

HubConfig ReadConfig(const GoldenCase& golden) {
  std::ifstream file(golden.folder() + "/open_clip_config.json");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  auto config = ParseHubConfig(text);
  EXPECT_THAT(config, IsOk());
  return config.ok() ? *config : HubConfig();
}

std::set<std::string> RegisteredNames(const torch::nn::Module& module) {
  std::set<std::string> names;
  for (const auto& item : module.named_parameters()) names.insert(item.key());
  for (const auto& item : module.named_buffers()) names.insert(item.key());
  return names;
}

std::vector<float> ToVector(const at::Tensor& tensor) {
  const at::Tensor values = tensor.contiguous();
  const float* data = values.const_data_ptr<float>();
  return {data, data + values.numel()};
}

class ClipTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    // The models are tiny: more threads only wait for each other.
    at::set_num_threads(1);
    weights_ = ReadSafetensors(golden_.weights());
    ASSERT_THAT(weights_, IsOk());
    ASSERT_THAT(LoadWeights(*weights_, module_), IsOk());
    module_.eval();
  }

  at::Tensor Pixels() {
    return at::from_blob(pixels_.data(), golden_.Shape("pixels")).clone();
  }

  at::Tensor Ids() {
    const auto rows = golden_.IdRows("ids");
    at::Tensor ids = at::zeros(golden_.Shape("ids"), at::kLong);
    for (size_t i = 0; i < rows.size(); ++i) {
      for (size_t j = 0; j < rows[i].size(); ++j) ids[i][j] = rows[i][j];
    }
    return ids;
  }

  const GoldenCase golden_{GetParam()};
  std::vector<float> pixels_ = golden_.Floats("pixels");
  CLIP module_{ReadConfig(golden_).model, ParameterOptions()};
  absl::StatusOr<StateDict> weights_ = absl::UnknownError("");
};

TEST_P(ClipTest, RegistersExactlyTheNamesOfTheCheckpoint) {
  std::set<std::string> keys;
  for (const auto& [name, view] : weights_->tensors()) keys.insert(name);
  EXPECT_EQ(RegisteredNames(module_), keys);
}

TEST_P(ClipTest, GivesTheLogitsOfOpenClip) {
  const at::Tensor logits = module_.GetLogits(Pixels(), Ids()).image_logits;
  EXPECT_LT(WorstDifference(ToVector(logits), golden_.Floats("logits")), 1e-4);
}

TEST_P(ClipTest, NormalizesOnRequest) {
  const at::Tensor images = module_.EncodeImage(Pixels(), /*normalize=*/true);
  EXPECT_LT(WorstDifference(ToVector(images), golden_.Floats("images")), 5e-6);
  const at::Tensor texts = module_.EncodeText(Ids(), /*normalize=*/true);
  EXPECT_LT(WorstDifference(ToVector(texts), golden_.Floats("texts")), 5e-6);
}

TEST_P(ClipTest, CarriesGradientsToEveryParameter) {
  module_.GetLogits(Pixels(), Ids()).image_logits.sum().backward();
  for (const auto& parameter : module_.named_parameters()) {
    EXPECT_TRUE(parameter.value().grad().defined()) << parameter.key();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ClipTest,
    ::testing::Values("vit", "vit_layer_scale", "vit_nonscalar_logits",
                      "text_linear_projection", "text_no_projection", "resnet"),
    [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace clip::model
