#include "model/train/shared_progress.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/model/train/rank_threads.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::RunRanks;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

TEST(SharedProgressTest, RankZeroKnowsThePlaceOfEachProcess) {
  RunRanks(2, [](std::unique_ptr<ProcessGroup> group) {
    TrainProgress progress;
    progress.position = 10 + group->rank();
    progress.bad_pairs = 3 * group->rank();
    ASSERT_THAT(GatherProgress(*group, progress), IsOk());
    EXPECT_EQ(progress.of_ranks, (std::vector<int64_t>{10, 0, 11, 3}));
    EXPECT_EQ(AllBadPairs(progress), 3);
  });
}

TEST(SharedProgressTest, EachProcessGoesOnAtItsOwnPlace) {
  RunRanks(2, [](std::unique_ptr<ProcessGroup> group) {
    TrainProgress progress;
    progress.fingerprint = 5;
    // Rank 0 has read the checkpoint.
    if (group->rank() == 0) {
      progress = {2, 7, 10, 0, 5, {10, 0, 11, 3}};
    }
    ASSERT_THAT(TakeProgressOfFirst(*group, progress), IsOk());
    EXPECT_EQ(progress.epoch, 2);
    EXPECT_EQ(progress.step_in_epoch, 7);
    EXPECT_EQ(progress.position, 10 + group->rank());
    EXPECT_EQ(progress.bad_pairs, 3 * group->rank());
  });
}

TEST(SharedProgressTest, AProcessOfAnotherRunIsRefused) {
  RunRanks(2, [](std::unique_ptr<ProcessGroup> group) {
    TrainProgress progress;
    progress.fingerprint = group->rank();
    const absl::Status status = TakeProgressOfFirst(*group, progress);
    if (group->rank() == 0) {
      EXPECT_THAT(status, IsOk());
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("another count of pairs")));
    }
  });
}

TEST(SharedProgressTest, ACheckpointOfAnotherWorldIsRefused) {
  RunRanks(2, [](std::unique_ptr<ProcessGroup> group) {
    if (group->rank() != 0) return;
    TrainProgress progress;
    progress.of_ranks.resize(6);
    EXPECT_THAT(TakeProgressOfFirst(*group, progress),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("of 3 processes, not 2")));
  });
}

}  // namespace
}  // namespace clip::model
