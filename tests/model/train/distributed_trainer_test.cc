// Several processes, here threads with groups of their own over loopback,
// against one process with all their pairs.
#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/train/trainer.h"
#include "tests/model/train/rank_threads.h"
#include "tests/model/train/tiny_model.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::RunRanks;
using clip::testing::StatusIs;

constexpr int kRanks = 2;
constexpr int64_t kPairs = 6;

struct Case {
  std::string name;
  std::string loss = "clip";
  std::string model = "vit";
  std::string part = "model";
  bool local_loss = false;
  int64_t batches = 1;
};

void PrintTo(const Case& test_case, std::ostream* out) {
  *out << test_case.name;
}

class DistributedTrainerTest : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    at::set_num_threads(1);
    at::manual_seed(7);
    const auto model = LoadTinyModel(GetParam().model, GetParam().part);
    for (int64_t i = 0; i < GetParam().batches; ++i) {
      // No id is padding, so that each process has as many tokens.
      batches_.push_back(
          {at::randn({kPairs, 3, 16, 16}),
           at::randint(1, 39, {kPairs, model->context_length()}, at::kLong)});
    }
  }

  // Every kRanks-th pair of each batch.
  std::vector<Batch> BatchesOf(int rank) const {
    std::vector<Batch> batches;
    for (const Batch& batch : batches_) {
      batches.push_back({batch.pixels.slice(0, rank, kPairs, kRanks),
                         batch.ids.slice(0, rank, kPairs, kRanks)});
    }
    return batches;
  }

  std::unique_ptr<Trainer> MakeTrainer(ProcessGroup* group) const {
    TrainerOptions options;
    options.schedule.base = 1e-3;
    options.schedule.total_steps = 4;
    options.task.loss = GetParam().loss;
    options.task.gather = {GetParam().local_loss, /*gather_with_grad=*/true,
                           group};
    auto trainer = Trainer::Create(
        LoadTinyModel(GetParam().model, GetParam().part), options);
    EXPECT_THAT(trainer, IsOk());
    return *std::move(trainer);
  }

  // After the first step the first moment is a tenth of the gradient.
  static std::map<std::string, at::Tensor> Gradients(const Trainer& trainer) {
    std::map<std::string, at::Tensor> gradients;
    for (const auto& [name, tensor] : trainer.State()) {
      if (name.rfind("exp_avg.", 0) == 0) gradients[name] = tensor.clone();
    }
    return gradients;
  }

  std::vector<Batch> batches_;
};

TEST_P(DistributedTrainerTest, AStepIsThatOfOneProcessWithAllPairs) {
  const auto alone = MakeTrainer(nullptr);
  const auto expected_report = alone->Step(batches_);
  ASSERT_THAT(expected_report, IsOk());
  const auto expected = Gradients(*alone);
  ASSERT_FALSE(expected.empty());
  RunRanks(kRanks, [&](std::unique_ptr<ProcessGroup> group) {
    const auto trainer = MakeTrainer(group.get());
    ASSERT_THAT(trainer->TakeStateOfFirst(), IsOk());
    const auto report = trainer->Step(BatchesOf(group->rank()));
    ASSERT_THAT(report, IsOk());
    EXPECT_NEAR(report->loss, expected_report->loss,
                1e-5 * expected_report->loss);
    for (const auto& [name, gradient] : Gradients(*trainer)) {
      const double scale = expected.at(name).norm().item<double>();
      // Gradients that cancel out to nothing are compared absolutely.
      EXPECT_LT((gradient - expected.at(name)).norm().item<double>(),
                1e-5 * scale + 1e-9)
          << name << " of " << scale;
    }
  });
}

TEST_P(DistributedTrainerTest, ProcessesKeepEqualWeights) {
  std::vector<at::Tensor> weights(kRanks);
  RunRanks(kRanks, [&](std::unique_ptr<ProcessGroup> group) {
    const auto trainer = MakeTrainer(group.get());
    ASSERT_THAT(trainer->TakeStateOfFirst(), IsOk());
    for (int step = 0; step < 3; ++step) {
      ASSERT_THAT(trainer->Step(BatchesOf(group->rank())), IsOk());
    }
    std::vector<at::Tensor> all;
    for (const auto& [name, tensor] : trainer->State()) {
      all.push_back(tensor.to(at::kFloat).flatten());
    }
    weights[group->rank()] = at::cat(all);
  });
  EXPECT_TRUE(weights[0].equal(weights[1]));
}

INSTANTIATE_TEST_SUITE_P(
    Losses, DistributedTrainerTest,
    ::testing::Values(Case{"clip"},
                      Case{"clip_local_loss", "clip", "vit", "model", true},
                      Case{"clip_accumulated", "clip", "vit", "model", true, 2},
                      Case{"siglip", "siglip", "vit_logit_bias"},
                      Case{"coca", "coca", "coca", "model_api", true}),
    [](const auto& info) { return info.param.name; });

class TakeStateOfFirstTest : public ::testing::Test {
 protected:
  static std::unique_ptr<Trainer> MakeTrainer(const std::string& model,
                                              ProcessGroup* group) {
    TrainerOptions options;
    options.schedule.total_steps = 4;
    options.task.gather.group = group;
    auto trainer = Trainer::Create(LoadTinyModel(model), options);
    EXPECT_THAT(trainer, IsOk());
    return *std::move(trainer);
  }
};

TEST_F(TakeStateOfFirstTest, WeightsMomentsAndStepsBecomeThoseOfRankZero) {
  std::vector<std::vector<std::pair<std::string, at::Tensor>>> states(kRanks);
  RunRanks(kRanks, [&](std::unique_ptr<ProcessGroup> group) {
    const auto trainer = MakeTrainer("resnet", group.get());
    if (group->rank() == 0) {
      const auto alone = MakeTrainer("resnet", nullptr);
      // Everything differs from what a new trainer has.
      const c10::NoGradGuard no_grad;
      for (auto& item : trainer->model().named_parameters()) {
        item.value().add_(0.5);
      }
      for (auto& item : trainer->model().named_buffers()) {
        item.value().add_(2);
      }
    }
    ASSERT_THAT(trainer->TakeStateOfFirst(), IsOk());
    for (const auto& [name, tensor] : trainer->State()) {
      states[group->rank()].emplace_back(name, tensor.clone());
    }
  });
  ASSERT_EQ(states[0].size(), states[1].size());
  for (size_t i = 0; i < states[0].size(); ++i) {
    EXPECT_TRUE(states[0][i].second.equal(states[1][i].second))
        << states[0][i].first;
  }
}

TEST_F(TakeStateOfFirstTest, ModelsThatAreNotAlikeAreRefusedEverywhere) {
  RunRanks(kRanks, [&](std::unique_ptr<ProcessGroup> group) {
    const auto trainer =
        MakeTrainer(group->rank() == 0 ? "vit" : "resnet", group.get());
    EXPECT_THAT(trainer->TakeStateOfFirst(),
                StatusIs(absl::StatusCode::kInvalidArgument));
  });
}

}  // namespace
}  // namespace clip::model
