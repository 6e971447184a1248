// The losses against open_clip's classes: terms and gradients.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "model/train/clip_loss.h"
#include "model/train/coca_loss.h"
#include "model/train/distill_clip_loss.h"
#include "model/train/sig_lip_loss.h"
#include "tests/model/train/golden_tensors.h"

namespace clip::model {
namespace {

class LossesGoldenTest : public ::testing::Test {
 protected:
  // A copy that learns.
  at::Tensor Learned(const std::string& name) {
    learned_[name] = golden_.at(name).clone().set_requires_grad(true);
    return learned_[name];
  }

  LossInputs Pair() {
    LossInputs inputs;
    inputs.image_features = Learned("image_features");
    inputs.text_features = Learned("text_features");
    inputs.logit_scale = Learned("logit_scale");
    return inputs;
  }

  void ExpectNear(const at::Tensor& actual, const std::string& name) {
    const at::Tensor& expected = golden_.at(name);
    ASSERT_EQ(actual.sizes(), expected.sizes()) << name;
    EXPECT_LT((actual - expected).abs().max().item<double>(), 1e-6) << name;
  }

  void Check(const std::string& loss, const std::vector<LossTerm>& terms) {
    at::Tensor sum = at::zeros({});
    for (const LossTerm& term : terms) {
      ExpectNear(term.value.detach(), loss + "." + term.name);
      sum = sum + term.value;
    }
    sum.backward();
    for (const auto& [name, tensor] : learned_) {
      ExpectNear(tensor.grad(), loss + ".grad." + name);
    }
  }

  const std::map<std::string, at::Tensor> golden_ = ReadGoldenTensors("losses");
  std::map<std::string, at::Tensor> learned_;
};

TEST_F(LossesGoldenTest, ClipLossIsOpenClips) {
  Check("clip", ClipLoss(GatherOptions()).Compute(Pair()));
}

TEST_F(LossesGoldenTest, ClipLossAddsTheBias) {
  LossInputs inputs = Pair();
  inputs.logit_bias = Learned("logit_bias");
  Check("clip_bias", ClipLoss(GatherOptions()).Compute(inputs));
}

TEST_F(LossesGoldenTest, SigLipLossIsOpenClips) {
  LossInputs inputs = Pair();
  inputs.logit_bias = Learned("logit_bias");
  Check("siglip", SigLipLoss(nullptr).Compute(inputs));
}

TEST_F(LossesGoldenTest, CoCaLossWeighsBothTermsAndLeavesPaddingOut) {
  LossInputs inputs = Pair();
  inputs.logits = Learned("logits");
  inputs.labels = golden_.at("labels");
  const CoCaLoss::Weights weights{/*caption=*/2.0, /*contrastive=*/0.5};
  Check("coca", CoCaLoss(GatherOptions(), weights).Compute(inputs));
}

TEST_F(LossesGoldenTest, DistillClipLossIsOpenClips) {
  LossInputs inputs = Pair();
  inputs.dist_image_features = golden_.at("dist_image_features");
  inputs.dist_text_features = golden_.at("dist_text_features");
  inputs.dist_logit_scale = golden_.at("dist_logit_scale");
  Check("distill", DistillClipLoss(GatherOptions()).Compute(inputs));
}

}  // namespace
}  // namespace clip::model
