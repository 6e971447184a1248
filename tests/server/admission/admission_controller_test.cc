#include "server/admission/admission_controller.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "server/admission/admission_permit.h"
#include "server/admission/reject_reason.h"
#include "server/batching/lane.h"

namespace clip::server {
namespace {

using batching::Backlog;
using batching::BatchTimeModel;
using batching::Lane;
using batching::Line;

constexpr int kMaxBatch = 8;
constexpr Line kPicture = {Lane::kImage};
const absl::Time kNow = absl::FromUnixSeconds(1000);

AdmissionOptions SmallOptions() {
  AdmissionOptions options;
  options.max_queue_items = 100;
  options.max_inflight_bytes = 1000;
  options.max_queue_delay = absl::Seconds(5);
  return options;
}

AdmissionRequest Items(Lane lane, int items, size_t bytes = 0) {
  AdmissionRequest request;
  request.items[lane] = items;
  request.bytes = bytes;
  return request;
}

AdmissionRequest Bulk(Lane lane, int items, size_t bytes = 0) {
  AdmissionRequest request = Items(lane, items, bytes);
  request.priority = batching::Priority::kBulk;
  return request;
}

// A queue in which so many pictures wait, at 100 ms each.
Backlog Pictures(int waiting) {
  Backlog backlog;
  backlog.times[Lane::kImage].Record({1, 1}, absl::Milliseconds(100));
  backlog.waiting[kPicture] = {waiting, waiting};
  return backlog;
}

AdmissionRequest OnePicture(const Backlog& backlog) {
  AdmissionRequest request = Items(Lane::kImage, 1);
  request.backlog = backlog;
  return request;
}

class AdmissionControllerTest : public ::testing::Test {
 protected:
  // The permit, kept until the test ends, or the refusal.
  std::optional<AdmissionRefusal> Admit(const AdmissionRequest& request) {
    AdmissionResult result = controller_.Admit(request, kNow);
    if (auto* refusal = std::get_if<AdmissionRefusal>(&result)) {
      return *refusal;
    }
    permits_.push_back(std::get<AdmissionPermit>(std::move(result)));
    return std::nullopt;
  }

  // The pipeline is at work: one item is in the queue or runs.
  void HoldOne() {
    EXPECT_FALSE(Admit(Items(Lane::kText, 1)));
    permits_.back().LeaveForQueue();
  }

  AdmissionController controller_{SmallOptions(), {kMaxBatch, /*executors=*/1}};
  std::vector<AdmissionPermit> permits_;
};

TEST_F(AdmissionControllerTest, AdmitsUpToTheItemLimit) {
  EXPECT_FALSE(Admit(Items(Lane::kImage, 60)));
  EXPECT_FALSE(Admit(Items(Lane::kText, 40)));
  const auto refusal = Admit(Items(Lane::kText, 1));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, RejectReason::kQueueFull);
  EXPECT_GT(refusal->retry_after, absl::ZeroDuration());
  EXPECT_EQ(controller_.inflight_items(), 100);
}

TEST_F(AdmissionControllerTest, RefusesACallAsAWhole) {
  EXPECT_FALSE(Admit(Items(Lane::kImage, 99)));
  EXPECT_TRUE(Admit(Items(Lane::kImage, 2)));
  EXPECT_EQ(controller_.inflight_items(), 99);
}

TEST_F(AdmissionControllerTest, CountsBytes) {
  EXPECT_FALSE(Admit(Items(Lane::kImage, 1, 600)));
  EXPECT_EQ(Admit(Items(Lane::kImage, 1, 401))->reason, RejectReason::kBytes);
  EXPECT_FALSE(Admit(Items(Lane::kImage, 1, 400)));
  EXPECT_EQ(controller_.inflight_bytes(), 1000U);
}

TEST_F(AdmissionControllerTest, AdmitsAnOversizedCallAlone) {
  EXPECT_FALSE(Admit(Items(Lane::kImage, 1, 5000)));
  EXPECT_EQ(Admit(Items(Lane::kImage, 1, 1))->reason, RejectReason::kBytes);
}

TEST_F(AdmissionControllerTest, ReleasedPermitsMakeRoom) {
  EXPECT_FALSE(Admit(Items(Lane::kImage, 100, 1000)));
  permits_.clear();
  EXPECT_EQ(controller_.inflight_items(), 0);
  EXPECT_EQ(controller_.inflight_bytes(), 0U);
  EXPECT_FALSE(Admit(Items(Lane::kImage, 100, 1000)));
}

TEST_F(AdmissionControllerTest, APermitIsReleasedExactlyOnce) {
  EXPECT_FALSE(Admit(Items(Lane::kImage, 10)));
  EXPECT_FALSE(Admit(Items(Lane::kImage, 5)));
  AdmissionPermit moved = std::move(permits_[0]);
  permits_[0].Release();  // NOLINT(bugprone-use-after-move): holds nothing.
  EXPECT_EQ(controller_.inflight_items(), 15);
  moved.Release();
  moved.Release();
  EXPECT_EQ(controller_.inflight_items(), 5);
  moved = std::move(permits_[1]);
  moved = AdmissionPermit();
  EXPECT_EQ(controller_.inflight_items(), 0);
}

TEST_F(AdmissionControllerTest, BulkWorkHasHalfTheItemsAndBytesOfItsOwn) {
  EXPECT_FALSE(Admit(Bulk(Lane::kImage, 50, 400)));
  auto refusal = Admit(Bulk(Lane::kText, 1));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, RejectReason::kQueueFull);
  permits_.clear();
  EXPECT_FALSE(Admit(Bulk(Lane::kImage, 1, 400)));
  refusal = Admit(Bulk(Lane::kImage, 1, 200));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, RejectReason::kBytes);
  // Neither takes the other's room.
  EXPECT_FALSE(Admit(Items(Lane::kImage, 100, 1000)));
  EXPECT_EQ(controller_.inflight_items(), 101);
  EXPECT_EQ(controller_.inflight_bytes(), 1400U);
}

TEST_F(AdmissionControllerTest, ABulkCallAboveTheBulkLimitGoesInAlone) {
  EXPECT_FALSE(Admit(Bulk(Lane::kImage, 100)));
  permits_.clear();
  EXPECT_TRUE(Admit(Bulk(Lane::kImage, 101)));
  EXPECT_FALSE(Admit(Bulk(Lane::kImage, 1)));
  EXPECT_TRUE(Admit(Bulk(Lane::kImage, 100)));
}

TEST_F(AdmissionControllerTest, RefusesAPassedDeadlineWithoutAdvice) {
  AdmissionRequest request = Items(Lane::kImage, 1);
  request.deadline = kNow;
  const auto refusal = Admit(request);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, RejectReason::kDeadline);
  EXPECT_EQ(refusal->retry_after, absl::ZeroDuration());
}

TEST_F(AdmissionControllerTest, RefusesWhenTheWaitIsAboveTheLimit) {
  HoldOne();
  EXPECT_FALSE(Admit(OnePicture(Pictures(6 * kMaxBatch))));
  const auto refusal = Admit(OnePicture(Pictures(8 * kMaxBatch)));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, RejectReason::kWait);
  EXPECT_NEAR(absl::ToDoubleSeconds(refusal->retry_after), 6.4 - 5, 1e-6);
}

TEST_F(AdmissionControllerTest, RefusesACallThatCouldNotEndBeforeItsDeadline) {
  HoldOne();
  AdmissionRequest request = OnePicture(Pictures(2 * kMaxBatch));
  // 1.6 s of waiting and 0.1 of its own, and the reserve.
  request.deadline = kNow + absl::Milliseconds(1800);
  const auto refusal = Admit(request);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, RejectReason::kDeadline);
  EXPECT_NEAR(absl::ToDoubleSeconds(refusal->retry_after), 1.15 * 1.7 - 1.8,
              1e-6);
  request.deadline = kNow + absl::Milliseconds(2100);
  EXPECT_FALSE(Admit(request));
}

TEST_F(AdmissionControllerTest, ACallOfManyItemsNeedsTimeForTheLastOfThem) {
  HoldOne();
  AdmissionRequest request = OnePicture(Pictures(kMaxBatch));
  request.items[Lane::kImage] = 3 * kMaxBatch;
  request.deadline = kNow + absl::Seconds(3);
  EXPECT_EQ(Admit(request)->reason, RejectReason::kDeadline);
  request.items[Lane::kImage] = kMaxBatch;
  EXPECT_FALSE(Admit(request));
}

// Whoever comes back when it was told to finds room, and no earlier.
TEST_F(AdmissionControllerTest, TheAdviceToRetryIsTrue) {
  HoldOne();
  // Eight full batches, half a second of another, and the device at work.
  const auto after = [](absl::Duration passed) {
    absl::Duration left = absl::Milliseconds(500) - passed;
    int batches = 8;
    for (; left < absl::ZeroDuration(); --batches) {
      left += kMaxBatch * absl::Milliseconds(100);
    }
    Backlog backlog = Pictures(batches * kMaxBatch);
    backlog.running.push_back({kPicture, left});
    return OnePicture(backlog);
  };
  const absl::Duration advice = Admit(after(absl::ZeroDuration()))->retry_after;
  EXPECT_TRUE(Admit(after(advice - absl::Milliseconds(1))));
  EXPECT_FALSE(Admit(after(advice + absl::Milliseconds(1))));
}

TEST_F(AdmissionControllerTest, AnIdlePipelineAdmitsHoweverSlowItWas) {
  AdmissionRequest request = Items(Lane::kImage, 1);
  request.backlog.times[Lane::kImage].Record({1, 1}, absl::Hours(1));
  request.deadline = kNow + absl::Milliseconds(1);
  EXPECT_FALSE(Admit(request));
  EXPECT_EQ(Admit(request)->reason, RejectReason::kDeadline);
}

// The end of the last call is told while its batch still counts as running.
TEST_F(AdmissionControllerTest, HoldingNothingItWaitsForNoBatchThatRuns) {
  Backlog backlog = Pictures(0);
  backlog.running.push_back({kPicture, absl::Hours(1)});
  EXPECT_FALSE(Admit(OnePicture(backlog)));
  EXPECT_EQ(Admit(OnePicture(backlog))->reason, RejectReason::kWait);
}

TEST_F(AdmissionControllerTest, CountsTheItemsThatAreNotInTheQueueYet) {
  AdmissionRequest request = OnePicture(Pictures(0));
  request.items[Lane::kImage] = 7 * kMaxBatch;
  EXPECT_FALSE(Admit(request));
  EXPECT_EQ(Admit(OnePicture(Pictures(0)))->reason, RejectReason::kWait);
  // The queue has them now, and has run most of them.
  permits_.back().LeaveForQueue();
  EXPECT_FALSE(Admit(OnePicture(Pictures(kMaxBatch))));
}

TEST_F(AdmissionControllerTest, ReleaseTakesTheItemsOutThatNeverWereQueued) {
  AdmissionRequest request = OnePicture(Pictures(0));
  request.items[Lane::kImage] = 7 * kMaxBatch;
  for (const bool queued : {false, true}) {
    EXPECT_FALSE(Admit(request));
    if (queued) permits_.back().LeaveForQueue();
    permits_.clear();
  }
  EXPECT_FALSE(Admit(OnePicture(Pictures(0))));
}

TEST_F(AdmissionControllerTest, CountsTheWaitForADecodingThread) {
  HoldOne();
  AdmissionRequest request = Items(Lane::kImage, 1);
  request.preprocess_wait = absl::Seconds(6);
  EXPECT_EQ(Admit(request)->reason, RejectReason::kWait);
}

TEST_F(AdmissionControllerTest, TextsAreLetInWhereOnlyPicturesAreTooMany) {
  HoldOne();
  AdmissionRequest request = Items(Lane::kText, 1);
  request.backlog = Pictures(8 * kMaxBatch);
  EXPECT_FALSE(Admit(request));
}

TEST_F(AdmissionControllerTest, MoreExecutorsLetMoreIn) {
  HoldOne();
  const AdmissionRequest request = OnePicture(Pictures(8 * kMaxBatch));
  EXPECT_TRUE(Admit(request));
  AdmissionController two(SmallOptions(), {kMaxBatch, /*executors=*/2});
  const AdmissionResult held = two.Admit(Items(Lane::kText, 1), kNow);
  EXPECT_TRUE(
      std::holds_alternative<AdmissionPermit>(two.Admit(request, kNow)));
}

TEST_F(AdmissionControllerTest, GivesEverythingBackUnderStress) {
  std::vector<std::thread> callers;
  callers.reserve(4);
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        const AdmissionResult result =
            controller_.Admit(Items(Lane::kImage, 1 + i % 40, i % 300), kNow);
        EXPECT_LE(controller_.inflight_items(), 100);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(controller_.inflight_items(), 0);
  EXPECT_EQ(controller_.inflight_bytes(), 0U);
}

TEST(RejectReasonTest, EveryReasonHasItsOwnName) {
  for (const RejectReason a : kRejectReasons) {
    EXPECT_NE(RejectReasonName(a), "unknown");
    for (const RejectReason b : kRejectReasons) {
      EXPECT_EQ(a == b, RejectReasonName(a) == RejectReasonName(b));
    }
  }
}

}  // namespace
}  // namespace clip::server
