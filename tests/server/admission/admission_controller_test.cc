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

using batching::Lane;

constexpr int kMaxBatch = 8;
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

  AdmissionController controller_{SmallOptions(), kMaxBatch,
                                  /*executor_threads=*/1};
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
  controller_.RecordBatch(Lane::kImage, 1, absl::Seconds(1));
  EXPECT_FALSE(Admit(Items(Lane::kImage, 7)));
  const auto refusal = Admit(Items(Lane::kImage, 1));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, RejectReason::kWait);
  EXPECT_EQ(refusal->retry_after, absl::Seconds(2));
}

TEST_F(AdmissionControllerTest, RefusesWhenTheDeadlineWouldPassWhileWaiting) {
  controller_.RecordBatch(Lane::kImage, 1, absl::Seconds(1));
  EXPECT_FALSE(Admit(Items(Lane::kImage, 3)));
  AdmissionRequest request = Items(Lane::kImage, 1);
  request.deadline = kNow + absl::Seconds(2);
  const auto refusal = Admit(request);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->reason, RejectReason::kDeadline);
  EXPECT_EQ(refusal->retry_after, absl::Seconds(1));
  request.deadline = kNow + absl::Seconds(4);
  EXPECT_FALSE(Admit(request));
}

TEST_F(AdmissionControllerTest, AnIdlePipelineAdmitsHoweverSlowItWas) {
  controller_.RecordBatch(Lane::kImage, 1, absl::Hours(1));
  AdmissionRequest request = Items(Lane::kImage, 1);
  request.deadline = kNow + absl::Milliseconds(1);
  EXPECT_FALSE(Admit(request));
}

TEST_F(AdmissionControllerTest, CountsTheWaitForADecodingThread) {
  AdmissionRequest request = Items(Lane::kImage, 1);
  request.preprocess_wait = absl::Seconds(6);
  EXPECT_EQ(Admit(request)->reason, RejectReason::kWait);
}

TEST_F(AdmissionControllerTest, TheOtherLaneDelaysByItsRunningBatchOnly) {
  controller_.SetTimePerItem(Lane::kImage, absl::Milliseconds(100));
  controller_.SetTimePerItem(Lane::kText, absl::Milliseconds(1));
  EXPECT_FALSE(Admit(Items(Lane::kImage, 50)));
  EXPECT_EQ(controller_.EstimatedWait({Lane::kImage}), absl::Seconds(5));
  EXPECT_EQ(controller_.EstimatedWait({Lane::kText}),
            kMaxBatch * absl::Milliseconds(100));
}

TEST_F(AdmissionControllerTest, BulkWorkDelaysAPersonByItsRunningBatchOnly) {
  controller_.SetTimePerItem(Lane::kImage, absl::Seconds(1));
  EXPECT_FALSE(Admit(Bulk(Lane::kImage, 50)));
  EXPECT_EQ(controller_.EstimatedWait({Lane::kImage}),
            kMaxBatch * absl::Seconds(1));
  EXPECT_EQ(
      controller_.EstimatedWait({Lane::kImage, batching::Priority::kBulk}),
      absl::Seconds(50));
}

TEST_F(AdmissionControllerTest, APersonsWorkDelaysBulkWork) {
  controller_.SetTimePerItem(Lane::kImage, absl::Milliseconds(10));
  EXPECT_FALSE(Admit(Items(Lane::kImage, 80)));
  EXPECT_EQ(
      controller_.EstimatedWait({Lane::kImage, batching::Priority::kBulk}),
      absl::Milliseconds(800));
}

TEST_F(AdmissionControllerTest, LearnsTheTimePerItem) {
  controller_.SetTimePerItem(Lane::kText, absl::Seconds(1));
  for (int i = 0; i < 50; ++i) {
    controller_.RecordBatch(Lane::kText, kMaxBatch, absl::Milliseconds(80));
  }
  EXPECT_FALSE(Admit(Items(Lane::kText, 1)));
  EXPECT_NEAR(
      absl::ToDoubleMilliseconds(controller_.EstimatedWait({Lane::kText})), 10,
      0.1);
}

TEST_F(AdmissionControllerTest, FullBatchesTeachMoreThanSingleItems) {
  controller_.SetTimePerItem(Lane::kText, absl::Milliseconds(10));
  controller_.RecordBatch(Lane::kText, 1, absl::Milliseconds(20));
  EXPECT_FALSE(Admit(Items(Lane::kText, 1)));
  EXPECT_LT(controller_.EstimatedWait({Lane::kText}), absl::Milliseconds(11));
  controller_.RecordBatch(Lane::kText, kMaxBatch,
                          kMaxBatch * absl::Milliseconds(20));
  EXPECT_GT(controller_.EstimatedWait({Lane::kText}), absl::Milliseconds(12));
}

TEST_F(AdmissionControllerTest, MoreExecutorsShortenTheWait) {
  AdmissionController controller(SmallOptions(), kMaxBatch,
                                 /*executor_threads=*/2);
  controller.SetTimePerItem(Lane::kImage, absl::Milliseconds(100));
  const AdmissionResult permit =
      controller.Admit(Items(Lane::kImage, 10), kNow);
  EXPECT_EQ(controller.EstimatedWait({Lane::kImage}), absl::Milliseconds(500));
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
