#include "server/batching/fair_share.h"

#include <gtest/gtest.h>

#include "absl/time/time.h"
#include "server/batching/lane.h"

namespace clip::batching {
namespace {

TEST(FairShareTest, ChargesTheLaneThatRan) {
  FairShare share;
  share.Charge({Lane::kImage}, absl::Seconds(2));
  EXPECT_EQ(share.used({Lane::kImage}), absl::Seconds(2));
  EXPECT_EQ(share.used({Lane::kText}), absl::ZeroDuration());
}

TEST(FairShareTest, BulkLinesAreChargedMore) {
  FairShare share;
  const Line bulk{Lane::kText, Priority::kBulk};
  share.Charge(bulk, absl::Seconds(2));
  EXPECT_EQ(share.used(bulk), kInteractiveWeight * absl::Seconds(2));
}

TEST(FairShareTest, IdlenessEarnsNoCredit) {
  FairShare share;
  share.Charge({Lane::kImage}, absl::Seconds(100));
  share.Choose({Lane::kImage});
  share.Activate({Lane::kText});
  EXPECT_EQ(share.used({Lane::kText}), absl::Seconds(100));
}

TEST(FairShareTest, ComingBackDoesNotForgiveUse) {
  FairShare share;
  share.Charge({Lane::kText}, absl::Seconds(100));
  share.Choose({Lane::kImage});
  share.Activate({Lane::kText});
  EXPECT_EQ(share.used({Lane::kText}), absl::Seconds(100));
}

}  // namespace
}  // namespace clip::batching
