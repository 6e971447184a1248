#include "model/memory/host_memory.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "model/memory/block_allocator.h"
#include "model/memory/shared_blocks.h"

namespace clip::model {
namespace {

constexpr int64_t kBlock = BlockAllocator::kSmallestBlock;

class HostMemoryTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ReuseHostMemory(); }
  void SetUp() override { ReleaseFreeHostMemory(); }
};

TEST_F(HostMemoryTest, GivesALargeTensorTheMemoryOfOneThatIsGone) {
  const void* first = at::empty({kBlock}, at::kFloat).const_data_ptr();
  EXPECT_EQ(SharedBlocks().free_bytes(), 4 * kBlock);
  const at::Tensor second = at::empty({kBlock - 1}, at::kFloat);
  EXPECT_EQ(second.const_data_ptr(), first);
}

TEST_F(HostMemoryTest, ClearsATensorOfZerosInUsedMemory) {
  at::full({kBlock}, 3, at::kFloat);
  EXPECT_EQ(at::zeros({kBlock}, at::kFloat).sum().item<float>(), 0);
}

TEST_F(HostMemoryTest, LeavesSmallTensorsToLibTorch) {
  at::empty({kBlock - 1}, at::kByte);
  EXPECT_EQ(SharedBlocks().free_bytes(), 0);
  EXPECT_EQ(at::full({3}, 2, at::kLong).sum().item<int64_t>(), 6);
}

TEST_F(HostMemoryTest, KeepsTheValuesOfATensorThatGrowsIntoABlock) {
  at::Tensor tensor = at::full({5}, 2, at::kFloat);
  tensor.resize_({2 * kBlock});
  EXPECT_EQ(tensor.narrow(0, 0, 5).sum().item<float>(), 10);
}

TEST_F(HostMemoryTest, FreesWhatLibTorchHoldsWithoutATensor) {
  c10::Allocator& allocator = *c10::GetCPUAllocator();
  for (const int64_t bytes : {int64_t{64}, kBlock}) {
    allocator.raw_deallocate(allocator.raw_allocate(bytes));
  }
  EXPECT_EQ(SharedBlocks().free_bytes(), kBlock);
}

TEST_F(HostMemoryTest, ThrowsWhereThereIsNoMemory) {
  constexpr int64_t kTooLarge = std::numeric_limits<int64_t>::max() / 4;
  EXPECT_THROW(at::empty({kTooLarge}, at::kByte), c10::OutOfMemoryError);
}

TEST_F(HostMemoryTest, GivesFreeMemoryBack) {
  at::empty({kBlock}, at::kFloat);
  ReleaseFreeHostMemory();
  EXPECT_EQ(SharedBlocks().free_bytes(), 0);
}

}  // namespace
}  // namespace clip::model
