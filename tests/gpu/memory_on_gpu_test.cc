// A batch that does not fit into a GPU's memory is split.
#include <ATen/ops/empty.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "model/load_model.h"
#include "server/batching/real_clock.h"
#include "server/pipeline/batch_runner.h"
#include "server/pipeline/pipeline_observer.h"
#include "server/pipeline/row_owner.h"
#include "server/pipeline/row_task.h"
#include "tests/gpu/gpu_test.h"
#include "tests/model/golden_case.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using server::BatchOutcome;
using server::SplitReason;
using ::testing::ElementsAre;

// Rows of a batch that fits, of two that do not fit together.
constexpr int kRows = 32768;

class CountingOwner final : public server::RowOwner {
 public:
  bool IsCancelled() const override { return false; }
  void OnRowDone(size_t /*index*/, server::RowResult result) override {
    if (!result.status.ok()) ++failed;
  }
  int failed = 0;
};

class SplitObserver final : public server::PipelineObserver {
 public:
  void OnBatchSplit(SplitReason reason) override { splits.push_back(reason); }
  std::vector<SplitReason> splits;
};

class MemoryOnGpuTest : public GpuTest {
 protected:
  void SetUp() override {
    GpuTest::SetUp();
    if (IsSkipped()) return;
    LoadModelOptions options;
    options.directory = golden_.folder();
    options.device = "cuda:0";
    auto model = LoadModel(options);
    ASSERT_THAT(model, IsOk());
    encoder_ = std::move(model->encoder);
  }

  static c10::DeviceAllocator& allocator() {
    return *c10::getDeviceAllocator(c10::kCUDA);
  }

  // Bytes of the allocator at their most while `rows` rows are embedded.
  int64_t PeakOf(int rows) {
    const std::vector<int32_t>& ids = ids_[0];
    allocator().resetPeakStats(0);
    const std::vector<absl::Span<const int32_t>> batch(rows, ids);
    EXPECT_THAT(encoder_->EncodeText(batch), IsOk());
    constexpr size_t kAllPools = 0;
    return allocator().getDeviceStats(0).reserved_bytes[kAllPools].peak;
  }

  // Leaves so many bytes of the device's memory.
  void Occupy(int64_t left) {
    allocator().emptyCache();
    const auto free = static_cast<int64_t>(allocator().getMemoryInfo(0).first);
    ASSERT_GT(free, left);
    ballast_ = at::empty({free - left},
                         at::TensorOptions().dtype(c10::kByte).device(gpu()));
  }

  BatchOutcome Run(int rows) {
    std::vector<std::unique_ptr<batching::BatchTask>> tasks;
    for (int i = 0; i < rows; ++i) {
      tasks.push_back(std::make_unique<server::RowTask>(
          owner_, i, server::PreparedRow{ids_[0]}, absl::InfiniteFuture()));
    }
    return runner().Run(batching::Lane::kText, tasks);
  }

  server::BatchRunner runner() { return {*encoder_, clock_, observer_}; }

  const GoldenCase golden_{"vit"};
  const std::vector<std::vector<int32_t>> ids_ = golden_.IdRows("ids");
  std::shared_ptr<Encoder> encoder_;
  batching::RealClock clock_;
  SplitObserver observer_;
  const std::shared_ptr<CountingOwner> owner_ =
      std::make_shared<CountingOwner>();
  at::Tensor ballast_;
};

TEST_F(MemoryOnGpuTest, TheHalvesOfABatchThatIsTooLargeAreAnswered) {
  const int64_t peak = PeakOf(kRows);
  Occupy(peak + peak / 2);
  const BatchOutcome outcome = Run(2 * kRows);
  EXPECT_EQ(outcome.succeeded, 2 * kRows);
  EXPECT_EQ(owner_->failed, 0);
  EXPECT_THAT(observer_.splits, ElementsAre(SplitReason::kMemory));
}

TEST_F(MemoryOnGpuTest, WhatDoesNotFitInHalvesEitherIsRefusedAndTheRestServed) {
  const int64_t peak = PeakOf(kRows);
  Occupy(peak / 2);
  EXPECT_EQ(Run(2 * kRows).failed, 2 * kRows);
  EXPECT_THAT(observer_.splits, ElementsAre(SplitReason::kMemory));
  // The memory of the batch that failed is free again.
  EXPECT_EQ(Run(16).succeeded, 16);
}

}  // namespace
}  // namespace clip::model
