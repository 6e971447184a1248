// The losses over three processes against open_clip's, before any mean over
// them: terms and gradients of each process.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "model/train/clip_loss.h"
#include "model/train/coca_loss.h"
#include "model/train/distill_clip_loss.h"
#include "model/train/sig_lip_loss.h"
#include "tests/model/train/golden_tensors.h"
#include "tests/model/train/rank_threads.h"

namespace clip::model {
namespace {

using clip::testing::RunRanks;

constexpr int kRanks = 3;

using MakeLoss = std::function<std::unique_ptr<Loss>(ProcessGroup*)>;

class DistributedLossesGoldenTest : public ::testing::Test {
 protected:
  // The rows of one process, ready to have gradients.
  std::map<std::string, at::Tensor> RowsOf(int rank) const {
    std::map<std::string, at::Tensor> rows;
    for (const auto& [name, tensor] : inputs_) {
      at::Tensor own = tensor.clone();
      if (own.dim() > 0 && own.size(0) == 6) {
        own = own.narrow(0, 2 * rank, 2).clone();
      }
      const bool learned =
          own.is_floating_point() && name.rfind("dist_", 0) != 0;
      rows[name] = own.set_requires_grad(learned);
    }
    return rows;
  }

  void ExpectNear(const at::Tensor& actual, const std::string& name) const {
    const auto found = expected_.find(name);
    ASSERT_NE(found, expected_.end()) << name;
    ASSERT_EQ(actual.sizes(), found->second.sizes()) << name;
    EXPECT_LT((actual - found->second).abs().max().item<double>(), 1e-6)
        << name;
  }

  void Check(const std::string& name, const MakeLoss& make_loss) const {
    RunRanks(kRanks, [&](std::unique_ptr<ProcessGroup> group) {
      const std::string prefix =
          name + "." + std::to_string(group->rank()) + ".";
      auto rows = RowsOf(group->rank());
      LossInputs inputs;
      inputs.image_features = rows["image_features"];
      inputs.text_features = rows["text_features"];
      inputs.logit_scale = rows["logit_scale"];
      if (name == "siglip") inputs.logit_bias = rows["logit_bias"];
      inputs.logits = rows["logits"];
      inputs.labels = rows["labels"];
      inputs.dist_image_features = rows["dist_image_features"];
      inputs.dist_text_features = rows["dist_text_features"];
      inputs.dist_logit_scale = rows["dist_logit_scale"];
      at::Tensor sum = at::zeros({});
      for (const LossTerm& term : make_loss(group.get())->Compute(inputs)) {
        ExpectNear(term.value.detach(), prefix + term.name);
        sum = sum + term.value;
      }
      sum.backward();
      for (const auto& [input, tensor] : rows) {
        if (tensor.grad().defined()) {
          ExpectNear(tensor.grad(), prefix + "grad." + input);
        }
      }
      EXPECT_TRUE(rows["image_features"].grad().defined());
      EXPECT_TRUE(rows["logit_scale"].grad().defined());
    });
  }

  const std::map<std::string, at::Tensor> inputs_ = ReadGoldenTensors("losses");
  const std::map<std::string, at::Tensor> expected_ =
      ReadGoldenTensors("distributed");
};

TEST_F(DistributedLossesGoldenTest, ClipLossIsOpenClipsWithEitherSwitch) {
  for (const bool local : {false, true}) {
    for (const bool with_grad : {false, true}) {
      const std::string name = std::string("clip") + (local ? "_local" : "") +
                               (with_grad ? "_grad" : "");
      Check(name, [&](ProcessGroup* group) {
        return std::make_unique<ClipLoss>(
            GatherOptions{local, with_grad, group});
      });
    }
  }
}

TEST_F(DistributedLossesGoldenTest, SigLipLossIsOpenClips) {
  Check("siglip", [](ProcessGroup* group) {
    return std::make_unique<SigLipLoss>(group);
  });
}

TEST_F(DistributedLossesGoldenTest, CoCaLossIsOpenClips) {
  Check("coca", [](ProcessGroup* group) {
    return std::make_unique<CoCaLoss>(GatherOptions{true, true, group},
                                      CoCaLoss::Weights{2.0, 0.5});
  });
}

TEST_F(DistributedLossesGoldenTest, DistillClipLossIsOpenClips) {
  Check("distill", [](ProcessGroup* group) {
    return std::make_unique<DistillClipLoss>(GatherOptions{true, true, group});
  });
}

}  // namespace
}  // namespace clip::model
