#include "model/staged_batches.h"

#include <ATen/ops/stack.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "tests/model/fake_device_work.h"

namespace clip::model {
namespace {

using clip::testing::FakeDeviceWork;
using ::testing::Each;
using ::testing::ElementsAre;
using Queue = DeviceWork::Queue;

// Rows of three values, all of them `first` and up; a row's result is its
// doubled first value and its sum.
StagedBatch Counting(int64_t rows, float first,
                     c10::ScalarType dtype = c10::kFloat) {
  StagedBatch batch;
  batch.sizes = {rows, 3};
  batch.dtype = dtype;
  batch.fill = [first](const at::Tensor& staging) {
    for (int64_t i = 0; i < staging.size(0); ++i) {
      staging.select(0, i).fill_(first + static_cast<float>(i));
    }
  };
  batch.compute = [](const at::Tensor& input) {
    return at::stack({2 * input.select(1, 0), input.sum(1)}, 1);
  };
  return batch;
}

class StagedBatchesTest : public ::testing::Test {
 protected:
  // As ClipEncoder runs them.
  EmbeddingRows Run(const StagedBatch& batch) {
    const c10::InferenceMode inference;
    return batches_.Run(batch);
  }

  FakeDeviceWork* const device_ = new FakeDeviceWork();
  StagedBatches batches_{std::unique_ptr<DeviceWork>(device_)};
};

TEST_F(StagedBatchesTest, ComputesWhatWasCopied) {
  EXPECT_THAT(Run(Counting(2, 5)), ElementsAre(10, 15, 12, 18));
}

TEST_F(StagedBatchesTest, GivesFloat32WhateverTheModelComputesIn) {
  EXPECT_THAT(Run(Counting(2, 5, c10::kBFloat16)), ElementsAre(10, 15, 12, 18));
  EXPECT_THAT(Run(Counting(1, 5, c10::kHalf)), ElementsAre(10, 15));
  EXPECT_THAT(Run(Counting(1, 5, c10::kLong)), ElementsAre(10, 15));
}

TEST_F(StagedBatchesTest, KeepsItsMemoryForTheNextBatches) {
  Run(Counting(4, 1));
  const int allocations = device_->host_allocations();
  EXPECT_THAT(Run(Counting(2, 7)), ElementsAre(14, 21, 16, 24));
  EXPECT_THAT(Run(Counting(4, 1)).size(), 8U);
  EXPECT_EQ(device_->host_allocations(), allocations);
  EXPECT_EQ(batches_.idle(), 1U);
  Run(Counting(5, 1));
  EXPECT_GT(device_->host_allocations(), allocations);
}

TEST_F(StagedBatchesTest, CopiesTheNextBatchWhileOneIsComputed) {
  device_->Hold(Queue::kCompute);
  EmbeddingRows first;
  EmbeddingRows second;
  std::thread one([&] { first = Run(Counting(2, 1)); });
  device_->AwaitEnqueued(Queue::kCompute, 1);
  std::thread two([&] { second = Run(Counting(2, 100)); });
  device_->AwaitEnqueued(Queue::kCompute, 2);
  // Nothing has been computed, and both batches are on the device.
  device_->RunReady(Queue::kCopy);
  EXPECT_EQ(device_->ran(Queue::kCopy), 2);
  EXPECT_EQ(device_->ran(Queue::kCompute), 0);
  device_->Release(Queue::kCompute);
  one.join();
  two.join();
  EXPECT_THAT(first, ElementsAre(2, 3, 4, 6));
  EXPECT_THAT(second, ElementsAre(200, 300, 202, 303));
  EXPECT_EQ(batches_.idle(), 2U);
}

TEST_F(StagedBatchesTest, WaitsForACopyThatIsLate) {
  device_->Hold(Queue::kCopy);
  EmbeddingRows rows;
  std::thread one([&] { rows = Run(Counting(1, 4)); });
  device_->AwaitEnqueued(Queue::kCompute, 1);
  device_->RunReady(Queue::kCompute);
  EXPECT_EQ(device_->ran(Queue::kCompute), 0);
  device_->Release(Queue::kCopy);
  one.join();
  EXPECT_THAT(rows, ElementsAre(8, 12));
}

TEST_F(StagedBatchesTest, ManyThreadsGetTheirOwnRows) {
  constexpr int kThreads = 4;
  std::vector<int> wrong(kThreads, 0);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const auto first = static_cast<float>(100 * t + i);
        const EmbeddingRows rows = Run(Counting(1 + i % 3, first));
        if (rows[0] != 2 * first || rows[1] != 3 * first) ++wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, Each(0));
  EXPECT_LE(batches_.idle(), static_cast<size_t>(kThreads));
}

TEST_F(StagedBatchesTest, LetsGoOfWhatAFailedBatchHeld) {
  Run(Counting(4, 1));
  StagedBatch failing = Counting(4, 1);
  failing.compute = [](const at::Tensor&) -> at::Tensor {
    TORCH_CHECK_WITH(OutOfMemoryError, false, "no room");
  };
  EXPECT_THROW(Run(failing), c10::OutOfMemoryError);
  EXPECT_EQ(batches_.idle(), 0U);
  EXPECT_EQ(device_->times_freed(), 1);
  EXPECT_THAT(Run(Counting(2, 5)), ElementsAre(10, 15, 12, 18));
}

TEST_F(StagedBatchesTest, WaitsForTheCopyOfABatchThatFailed) {
  StagedBatch failing = Counting(1, 1);
  failing.compute = [](const at::Tensor&) -> at::Tensor {
    TORCH_CHECK(false, "broken");
  };
  EXPECT_THROW(Run(failing), c10::Error);
  // Nothing is left that could write into memory that is gone.
  EXPECT_EQ(device_->ran(Queue::kCopy), device_->enqueued(Queue::kCopy));
  EXPECT_EQ(device_->ran(Queue::kCompute), device_->enqueued(Queue::kCompute));
}

TEST_F(StagedBatchesTest, ABatchThatCannotBeGatheredReachesNoDevice) {
  StagedBatch failing = Counting(1, 1);
  failing.fill = [](const at::Tensor&) { TORCH_CHECK(false, "no rows"); };
  EXPECT_THROW(Run(failing), c10::Error);
  EXPECT_EQ(device_->enqueued(Queue::kCopy), 0);
}

TEST(StagedBatchesOnTheCpuTest, ComputesWithoutACopy) {
  const c10::InferenceMode inference;
  StagedBatches batches(MakeDeviceWork(c10::Device(c10::kCPU)));
  const void* gathered = nullptr;
  const void* computed = nullptr;
  StagedBatch batch = Counting(2, 5);
  batch.fill = [&, fill = batch.fill](const at::Tensor& staging) {
    fill(staging);
    gathered = staging.const_data_ptr();
  };
  batch.compute = [&, compute = batch.compute](const at::Tensor& input) {
    computed = input.const_data_ptr();
    return compute(input);
  };
  EXPECT_THAT(batches.Run(batch), ElementsAre(10, 15, 12, 18));
  EXPECT_EQ(gathered, computed);
}

}  // namespace
}  // namespace clip::model
