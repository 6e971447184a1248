#include "model/train/c10d_process_group.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "model/base/torch_status.h"
#include "tests/model/train/rank_threads.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::ListenOnLoopback;
using clip::testing::RunRanks;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

TEST(C10dProcessGroupTest, AllReduceSumAddsAndLeavesItsInputAlone) {
  RunRanks(3, [](std::unique_ptr<ProcessGroup> group) {
    const at::Tensor own = at::arange(4, at::kFloat) + group->rank();
    const at::Tensor before = own.clone();
    EXPECT_TRUE(group->AllReduceSum(own).equal(at::arange(4) * 3.0F + 3.0F));
    EXPECT_TRUE(own.equal(before));
  });
}

TEST(C10dProcessGroupTest, AllReduceSumOfBfloat16RoundsOnce) {
  RunRanks(3, [](std::unique_ptr<ProcessGroup> group) {
    // 256 + 1 is 256 again in bfloat16.
    const at::Tensor own =
        at::full({1}, group->rank() == 0 ? 256.0 : 1.0, at::kBFloat16);
    const at::Tensor sum = group->AllReduceSum(own);
    EXPECT_EQ(sum.scalar_type(), at::kBFloat16);
    EXPECT_EQ(sum.item<double>(), 258.0);
  });
}

TEST(C10dProcessGroupTest, AllGatherIsInTheOrderOfRanks) {
  for (const auto type : {at::kFloat, at::kDouble, at::kBFloat16, at::kLong}) {
    RunRanks(3, [&](std::unique_ptr<ProcessGroup> group) {
      const std::vector<at::Tensor> all =
          group->AllGather(at::full({2, 2}, group->rank(), type));
      ASSERT_EQ(all.size(), 3U);
      for (int rank = 0; rank < 3; ++rank) {
        EXPECT_TRUE(all[rank].equal(at::full({2, 2}, rank, type))) << type;
      }
    });
  }
}

TEST(C10dProcessGroupTest, BroadcastGivesTheTensorOfRankZero) {
  RunRanks(2, [](std::unique_ptr<ProcessGroup> group) {
    const at::Tensor own = at::full({3}, 7 + group->rank(), at::kLong);
    EXPECT_TRUE(group->Broadcast(own).equal(at::full({3}, 7, at::kLong)));
    EXPECT_EQ(own[0].item<int64_t>(), 7 + group->rank());
  });
}

TEST(C10dProcessGroupTest, ExchangeSendsOneWayAndReceivesFromTheOther) {
  RunRanks(3, [](std::unique_ptr<ProcessGroup> group) {
    const int right = (group->rank() + 1) % 3;
    const int left = (group->rank() + 2) % 3;
    const at::Tensor own = at::full({2}, group->rank());
    EXPECT_TRUE(group->Exchange(own, right, left).equal(at::full({2}, left)));
    EXPECT_TRUE(group->Exchange(own, left, right).equal(at::full({2}, right)));
  });
}

TEST(C10dProcessGroupTest, AProcessThatIsGoneIsAnErrorAndNoHang) {
  RunRanks(2, [](std::unique_ptr<ProcessGroup> group) {
    const at::Tensor ones = at::full({8}, 1.0);
    group->AllReduceSum(ones);
    if (group->rank() == 1) return;
    EXPECT_THAT(CatchTorchErrors([&] { group->AllReduceSum(ones); }),
                StatusIs(absl::StatusCode::kUnavailable,
                         HasSubstr("rank 0 of 2 lost the other processes")));
  });
}

TEST(C10dProcessGroupTest, AProcessThatDoesNotComeIsNamedAfterTheTimeout) {
  auto options = ListenOnLoopback(2);
  options.timeout = absl::Milliseconds(100);
  EXPECT_THAT(CreateC10dProcessGroup(options).status(),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       HasSubstr("rank 0 of 2 did not meet the others")));
}

TEST(C10dProcessGroupTest, AMasterThatDoesNotListenIsAnErrorAfterTheTimeout) {
  auto options = ListenOnLoopback(2);
  close(options.listen_fd);
  options.rank = 1;
  options.timeout = absl::Milliseconds(100);
  EXPECT_THAT(CreateC10dProcessGroup(options).status(),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       HasSubstr("rank 1 of 2 did not meet the others")));
}

TEST(C10dProcessGroupTest, APortThatIsTakenIsNamed) {
  auto options = ListenOnLoopback(2);
  const int taken = options.listen_fd;
  options.listen_fd = -1;
  EXPECT_THAT(CreateC10dProcessGroup(options).status(),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("address already in use")));
  close(taken);
}

TEST(C10dProcessGroupTest, ARankOutsideTheWorldIsRefused) {
  ProcessGroupOptions options;
  options.rank = 2;
  options.world_size = 2;
  EXPECT_THAT(CreateC10dProcessGroup(options).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("rank 2 is not in a world of 2")));
}

}  // namespace
}  // namespace clip::model
