// Twenty steps against open_clip's loss and schedule with torch's AdamW.
#include <ATen/Parallel.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "model/train/trainer.h"
#include "tests/model/train/golden_tensors.h"
#include "tests/model/train/tiny_model.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;

constexpr int64_t kSteps = 20;

TrainerOptions GoldenOptions() {
  TrainerOptions options;
  options.schedule.base = 5e-3;
  options.schedule.warmup = 4;
  options.schedule.total_steps = kSteps;
  return options;
}

class TrainerGoldenTest : public ::testing::Test {
 protected:
  void SetUp() override { at::set_num_threads(1); }

  std::vector<Batch> TakeBatches(int64_t count) {
    std::vector<Batch> batches;
    for (int64_t i = 0; i < count; ++i, ++next_) {
      const int64_t index = next_ % golden_.at("pixels").size(0);
      batches.push_back(
          {golden_.at("pixels")[index], golden_.at("ids")[index]});
    }
    return batches;
  }

  std::vector<double> Train(const std::string& model,
                            const TrainerOptions& options,
                            int64_t batches = 1) {
    auto trainer = Trainer::Create(LoadTinyModel(model), options);
    EXPECT_THAT(trainer, IsOk());
    std::vector<double> curve;
    for (int64_t step = 0; trainer.ok() && step < kSteps; ++step) {
      const auto report = (*trainer)->Step(TakeBatches(batches));
      EXPECT_THAT(report, IsOk());
      if (report.ok()) curve.push_back(report->loss);
    }
    return curve;
  }

  // The largest relative difference.
  double WorstDifference(const std::vector<double>& curve,
                         const std::string& run) {
    const at::Tensor expected = golden_.at(run + ".loss");
    double worst = 0.0;
    EXPECT_EQ(curve.size(), kSteps);
    for (size_t i = 0; i < curve.size(); ++i) {
      const auto loss = expected[static_cast<int64_t>(i)].item<double>();
      worst = std::max(worst, std::abs(curve[i] / loss - 1.0));
    }
    RecordProperty("worst_difference", std::to_string(worst));
    return worst;
  }

  const std::map<std::string, at::Tensor> golden_ = ReadGoldenTensors("curves");
  int64_t next_ = 0;
};

TEST_F(TrainerGoldenTest, TwentyStepsFollowOpenClip) {
  const auto curve = Train("vit", GoldenOptions());
  EXPECT_LT(WorstDifference(curve, "plain"), 1e-4);
}

TEST_F(TrainerGoldenTest, AccumulatedStepsFollowOpenClip) {
  const auto curve = Train("vit", GoldenOptions(), /*batches=*/3);
  EXPECT_LT(WorstDifference(curve, "accumulated"), 1e-4);
}

TEST_F(TrainerGoldenTest, ClippedGradientsFollowOpenClip) {
  TrainerOptions options = GoldenOptions();
  options.grad_clip_norm = 0.05;
  EXPECT_LT(WorstDifference(Train("vit", options), "clipped"), 1e-4);
}

TEST_F(TrainerGoldenTest, ALockedImageTowerFollowsOpenClip) {
  TrainerOptions options = GoldenOptions();
  options.lock_image = true;
  options.lock_image_unlocked_groups = 1;
  EXPECT_LT(WorstDifference(Train("vit", options), "locked"), 1e-4);
}

TEST_F(TrainerGoldenTest, SigLipStepsFollowOpenClip) {
  TrainerOptions options = GoldenOptions();
  options.task.loss = "siglip";
  EXPECT_LT(WorstDifference(Train("vit_logit_bias", options), "siglip"), 1e-4);
}

TEST_F(TrainerGoldenTest, GradCheckpointingChangesNothing) {
  TrainerOptions options = GoldenOptions();
  options.grad_checkpointing = true;
  EXPECT_LT(WorstDifference(Train("vit", options), "plain"), 1e-4);
}

TEST_F(TrainerGoldenTest, Bfloat16AutocastStaysNear) {
  TrainerOptions options = GoldenOptions();
  options.amp_bf16 = true;
  const double worst = WorstDifference(Train("vit", options), "plain");
  EXPECT_LT(worst, 0.1);
  EXPECT_GT(worst, 1e-6) << "autocast did nothing";
}

TEST_F(TrainerGoldenTest, TheLogitScaleIsClamped) {
  const auto model = LoadTinyModel("vit");
  {
    const c10::NoGradGuard no_grad;
    model->named_parameters()["logit_scale"].fill_(7.0);
  }
  auto trainer = Trainer::Create(model, GoldenOptions());
  ASSERT_THAT(trainer, IsOk());
  const auto report = (*trainer)->Step(TakeBatches(1));
  ASSERT_THAT(report, IsOk());
  EXPECT_NEAR(report->logit_scale, 100.0, 1e-3);
}

TEST_F(TrainerGoldenTest, ALossThatIsNotFiniteEndsTheRunWithItsWeights) {
  auto trainer = Trainer::Create(LoadTinyModel("vit"), GoldenOptions());
  ASSERT_THAT(trainer, IsOk());
  std::vector<Batch> batches = TakeBatches(1);
  const auto weights = [&] { return (*trainer)->State().at(0).second.clone(); };
  const at::Tensor before = weights();
  batches[0].pixels = batches[0].pixels * std::nan("");
  EXPECT_EQ((*trainer)->Step(batches).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_TRUE(before.equal(weights()));
}

TEST_F(TrainerGoldenTest, AStepThatFailsLeavesTheStatisticsOfBatchNorms) {
  const auto model = LoadTinyModel("resnet");
  auto trainer = Trainer::Create(model, GoldenOptions());
  ASSERT_THAT(trainer, IsOk());
  const Batch batch = {at::full({2, 3, 64, 64}, std::nan("")),
                       at::ones({2, model->context_length()}, at::kLong)};
  std::vector<at::Tensor> before;
  for (const at::Tensor& buffer : model->buffers()) {
    before.push_back(buffer.clone());
  }
  EXPECT_EQ((*trainer)->Step({batch}).status().code(),
            absl::StatusCode::kDataLoss);
  const std::vector<at::Tensor> after = model->buffers();
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < after.size(); ++i) {
    EXPECT_TRUE(after[i].equal(before[i])) << i;
  }
}

TEST_F(TrainerGoldenTest, ALossThatDoesNotFitTheModelIsRefused) {
  for (const char* loss : {"coca", "distill", "hinge"}) {
    TrainerOptions options = GoldenOptions();
    options.task.loss = loss;
    EXPECT_EQ(Trainer::Create(LoadTinyModel("vit"), options).status().code(),
              absl::StatusCode::kInvalidArgument)
        << loss;
  }
}

}  // namespace
}  // namespace clip::model
