#include "model/precision_check.h"

#include <ATen/ops/randn.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>

#include "model/create_model.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

class PrecisionCheckTest : public ::testing::Test {
 protected:
  PrecisionCheckTest() {
    config_.embed_dim = 16;
    config_.vision.image_height = config_.vision.image_width = 32;
    config_.vision.patch_size = 16;
    config_.vision.transformer.width = 16;
    config_.vision.transformer.heads = 2;
    config_.vision.transformer.mlp_width = 32;
    config_.vision.transformer.layers = 1;
    config_.text.vocab_size = 50;
    config_.text.context_length = 12;
    config_.text.transformer = config_.vision.transformer;
    auto model = CreateModel(config_, ParameterOptions());
    EXPECT_THAT(model, IsOk());
    model_ = *model;
    for (at::Tensor& parameter : model_->parameters()) {
      parameter.copy_(at::randn(parameter.sizes()));
    }
    model_->eval();
  }

  const at::NoGradGuard no_grad_;
  ClipConfig config_;
  std::shared_ptr<ContrastiveModel> model_;
};

TEST_F(PrecisionCheckTest, PassesTheModelItself) {
  const PrecisionCheck check(config_, *model_);
  EXPECT_THAT(check.Compare(*model_, at::kFloat), IsOk());
}

TEST_F(PrecisionCheckTest, RefusesAModelWithOtherEmbeddings) {
  const PrecisionCheck check(config_, *model_);
  for (auto& parameter : model_->visual().named_parameters()) {
    parameter.value().copy_(at::randn(parameter.value().sizes()));
  }
  EXPECT_THAT(check.Compare(*model_, at::kFloat),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("1.0000 for texts, and must be 0.99")));
}

TEST_F(PrecisionCheckTest, RefusesEmbeddingsThatAreNotNumbers) {
  const PrecisionCheck check(config_, *model_);
  for (auto& parameter : model_->text_tower().named_parameters()) {
    parameter.value().fill_(std::numeric_limits<float>::quiet_NaN());
  }
  EXPECT_THAT(
      check.Compare(*model_, at::kFloat),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nan for texts")));
}

}  // namespace
}  // namespace clip::model
