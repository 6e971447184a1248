#include "model/checkpoint/load_weights.h"

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <torch/nn/module.h>

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// A module with one parameter of each kind that loading treats apart.
class TestModule : public torch::nn::Module {
 public:
  explicit TestModule(bool with_bias = false) {
    register_parameter("weight", at::full({2}, 9.0));
    register_parameter("logit_scale", at::full({}, 9.0));
    if (with_bias) register_parameter("logit_bias", at::full({1}, 9.0));
    auto norm = register_module("bn", std::make_shared<torch::nn::Module>());
    norm->register_buffer("num_batches_tracked", at::zeros({}, at::kLong));
  }

  at::Tensor Get(const std::string& name) const {
    return named_parameters()[name];
  }
};

// Collects tensors and owns their bytes.
class Checkpoint {
 public:
  template <typename T>
  Checkpoint& Add(const std::string& name, TensorDtype dtype,
                  std::vector<int64_t> shape, const std::vector<T>& values) {
    auto bytes =
        std::make_shared<std::vector<uint8_t>>(values.size() * sizeof(T));
    std::memcpy(bytes->data(), values.data(), bytes->size());
    storage_->push_back(bytes);
    tensors_[name] = {dtype, std::move(shape), *bytes};
    return *this;
  }

  StateDict Build() const { return StateDict(tensors_, storage_, ""); }

 private:
  std::shared_ptr<std::vector<std::shared_ptr<std::vector<uint8_t>>>> storage_ =
      std::make_shared<std::vector<std::shared_ptr<std::vector<uint8_t>>>>();
  StateDict::Tensors tensors_;
};

// Fits a TestModule without bias.
Checkpoint Fitting() {
  return Checkpoint()
      .Add<float>("weight", TensorDtype::kFloat32, {2}, {1.5F, -2.0F})
      .Add<float>("logit_scale", TensorDtype::kFloat32, {}, {3.0F})
      .Add<int64_t>("bn.num_batches_tracked", TensorDtype::kInt64, {}, {7});
}

TEST(LoadWeightsTest, CopiesParametersAndBuffers) {
  TestModule module;
  ASSERT_THAT(LoadWeights(Fitting().Build(), module), IsOk());
  EXPECT_EQ(module.Get("weight")[1].item<float>(), -2.0F);
  EXPECT_EQ(module.Get("logit_scale").item<float>(), 3.0F);
  EXPECT_EQ(module.named_buffers()["bn.num_batches_tracked"].item<int64_t>(),
            7);
}

TEST(LoadWeightsTest, CastsFloatTypesToTheParametersOwn) {
  const struct {
    TensorDtype dtype;
    std::vector<uint16_t> values;
  } cases[] = {{TensorDtype::kFloat16, {0x3E00, 0xC000}},
               {TensorDtype::kBfloat16, {0x3FC0, 0xC000}}};
  for (const auto& test : cases) {
    TestModule module;
    Checkpoint checkpoint = Fitting();
    checkpoint.Add("weight", test.dtype, {2}, test.values);
    ASSERT_THAT(LoadWeights(checkpoint.Build(), module), IsOk());
    EXPECT_EQ(module.Get("weight").scalar_type(), at::kFloat);
    EXPECT_EQ(module.Get("weight")[0].item<float>(), 1.5F);
    EXPECT_EQ(module.Get("weight")[1].item<float>(), -2.0F);
  }
}

TEST(LoadWeightsTest, CastsFloat64) {
  TestModule module;
  Checkpoint checkpoint = Fitting();
  checkpoint.Add<double>("weight", TensorDtype::kFloat64, {2}, {0.25, 4.0});
  ASSERT_THAT(LoadWeights(checkpoint.Build(), module), IsOk());
  EXPECT_EQ(module.Get("weight")[0].item<float>(), 0.25F);
}

TEST(LoadWeightsTest, ReadsBytesThatAreNotAligned) {
  std::vector<uint8_t> bytes(9);
  const float values[] = {1.5F, -2.0F};
  std::memcpy(bytes.data() + 1, values, sizeof(values));
  const StateDict rest = Fitting().Build();
  StateDict::Tensors tensors = rest.tensors();
  tensors["weight"].bytes = absl::MakeConstSpan(bytes).subspan(1);
  TestModule module;
  ASSERT_THAT(LoadWeights(StateDict(tensors, nullptr, ""), module), IsOk());
  EXPECT_EQ(module.Get("weight")[0].item<float>(), 1.5F);
}

TEST(LoadWeightsTest, AcceptsALogitScaleOfEitherShape) {
  TestModule module;
  Checkpoint checkpoint = Fitting();
  checkpoint.Add<float>("logit_scale", TensorDtype::kFloat32, {1}, {2.0F});
  ASSERT_THAT(LoadWeights(checkpoint.Build(), module), IsOk());
  EXPECT_EQ(module.Get("logit_scale").item<float>(), 2.0F);
}

TEST(LoadWeightsTest, TakesAMissingLogitBiasAsZero) {
  TestModule module(/*with_bias=*/true);
  ASSERT_THAT(LoadWeights(Fitting().Build(), module), IsOk());
  EXPECT_EQ(module.Get("logit_bias").item<float>(), 0.0F);
}

TEST(LoadWeightsTest, RefusesALogitBiasThatTheModelLacks) {
  TestModule module;
  Checkpoint checkpoint = Fitting();
  checkpoint.Add<float>("logit_bias", TensorDtype::kFloat32, {}, {1.0F});
  EXPECT_THAT(LoadWeights(checkpoint.Build(), module),
              StatusIs(kInvalid, HasSubstr("unexpected keys: logit_bias")));
}

TEST(LoadWeightsTest, ReportsMissingUnexpectedAndMisshapenKeysTogether) {
  TestModule module;
  const Checkpoint checkpoint =
      Checkpoint()
          .Add<float>("weight", TensorDtype::kFloat32, {3}, {1, 2, 3})
          .Add<float>("stranger", TensorDtype::kFloat32, {1}, {1});
  EXPECT_THAT(
      LoadWeights(checkpoint.Build(), module),
      StatusIs(kInvalid, AllOf(HasSubstr("missing keys: logit_scale"),
                               HasSubstr("unexpected keys: stranger"),
                               HasSubstr("weight is [3] and must be [2]"))));
}

TEST(LoadWeightsTest, LeavesTheModuleAloneWhereSomethingIsWrong) {
  TestModule module;
  Checkpoint checkpoint = Fitting();
  checkpoint.Add<float>("stranger", TensorDtype::kFloat32, {1}, {1});
  ASSERT_FALSE(LoadWeights(checkpoint.Build(), module).ok());
  EXPECT_EQ(module.Get("weight")[0].item<float>(), 9.0F);
}

TEST(LoadWeightsTest, BoundsTheLengthOfItsReport) {
  TestModule module;
  Checkpoint checkpoint = Fitting();
  for (int i = 0; i < 1000; ++i) {
    checkpoint.Add<float>("key" + std::to_string(i), TensorDtype::kFloat32, {1},
                          {1});
  }
  const absl::Status status = LoadWeights(checkpoint.Build(), module);
  EXPECT_THAT(status, StatusIs(kInvalid, HasSubstr("and 996 more")));
  EXPECT_LT(status.message().size(), 300U);
}

TEST(LoadWeightsTest, RefusesIntegersForAFloatParameter) {
  TestModule module;
  Checkpoint checkpoint = Fitting();
  checkpoint.Add<int32_t>("weight", TensorDtype::kInt32, {2}, {1, 2});
  EXPECT_THAT(LoadWeights(checkpoint.Build(), module),
              StatusIs(kInvalid, HasSubstr("weight is stored as I32")));
}

}  // namespace
}  // namespace clip::model
