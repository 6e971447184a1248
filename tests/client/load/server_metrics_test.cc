#include "client/load/server_metrics.h"

#include <gmock/gmock.h>

namespace clip::client::load {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kBefore[] = R"(# HELP clip_stage_duration_seconds Time
# TYPE clip_stage_duration_seconds histogram
clip_stage_duration_seconds_count{stage="queue"} 10
clip_stage_duration_seconds_sum{stage="queue"} 1
clip_stage_duration_seconds_bucket{stage="queue",le="0.1"} 9
clip_batch_size_count{tower="image"} 4
clip_batch_size_sum{tower="image"} 8
)";
constexpr char kAfter[] = R"(
clip_stage_duration_seconds_count{stage="queue"} 30
clip_stage_duration_seconds_sum{stage="queue"} 1.5
clip_stage_duration_seconds_count{stage="decode",model="a"} 1
clip_stage_duration_seconds_sum{stage="decode",model="a"} 0.25
clip_stage_duration_seconds_count{stage="decode",model="b"} 1
clip_stage_duration_seconds_sum{stage="decode",model="b"} 0.75
clip_batch_size_count{tower="image"} 4
clip_batch_size_sum{tower="image"} 8
clip_request_duration_seconds_count{method="EncodeText"} 2
clip_request_duration_seconds_sum{method="EncodeText"} 0.5
clip_request_duration_seconds_count{method="EncodeStream"} 1
clip_request_duration_seconds_sum{method="EncodeStream"} 300
)";

TEST(ServerMetricsTest, MeansAreOfWhatCameBetween) {
  const ServerMetrics before = ParseServerMetrics(kBefore);
  const ServerMetrics after = ParseServerMetrics(kAfter);
  const auto stages = MeansBetween(before.stages, after.stages);
  ASSERT_THAT(stages, SizeIs(2));
  EXPECT_EQ(stages[0].name, "decode");
  EXPECT_EQ(stages[0].mean, 0.5);
  EXPECT_EQ(stages[1].name, "queue");
  EXPECT_EQ(stages[1].count, 20);
  EXPECT_EQ(stages[1].mean, 0.025);
  const auto requests = MeansBetween(before.requests, after.requests);
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].mean, 0.25);
}

TEST(ServerMetricsTest, SaysNothingOfWhatStoodStillOrWentBack) {
  const ServerMetrics before = ParseServerMetrics(kBefore);
  const ServerMetrics after = ParseServerMetrics(kAfter);
  EXPECT_THAT(MeansBetween(before.batch_sizes, after.batch_sizes), IsEmpty());
  EXPECT_THAT(MeansBetween(after.stages, before.stages), IsEmpty());
}

TEST(ServerMetricsTest, AStretchHasWhatTheServerUsedAndWhatWaits) {
  const ServerMetrics before = ParseServerMetrics(
      "process_cpu_seconds_total 10\nclip_queue_items{tower=\"image\"} 9\n");
  const ServerMetrics after = ParseServerMetrics(
      "process_cpu_seconds_total 13\nprocess_cpu_seconds_total_more 100\n"
      "clip_queue_items{tower=\"image\"} 2\n"
      "clip_queue_items{tower=\"text\"} 3\n");
  const ServerStretch stretch =
      StretchBetween(before, absl::Seconds(1), after, absl::Seconds(3));
  EXPECT_EQ(stretch.start, absl::Seconds(1));
  EXPECT_EQ(stretch.length, absl::Seconds(2));
  EXPECT_EQ(stretch.cpu_cores, 1.5);
  EXPECT_EQ(stretch.queue_items, 5);
  // Restarted.
  EXPECT_EQ(StretchBetween(after, absl::Seconds(1), before, absl::Seconds(3))
                .cpu_cores,
            0);
}

TEST(ServerMetricsTest, AMeanOfMeansIsWeighed) {
  EXPECT_EQ(MeanOf({{"a", 1, 4}, {"b", 3, 8}}), 7);
  EXPECT_EQ(MeanOf({}), 0);
}

TEST(ServerMetricsTest, SkipsWhatItCannotRead) {
  const ServerMetrics metrics = ParseServerMetrics(
      "clip_batch_size_sum{tower=\"image\"\nclip_batch_size_sum{} 1\n"
      "clip_batch_size_sum{tower=\"image\"} many\n\xff\xfe\n"
      "clip_batch_size_total{tower=\"image\"} 3\n");
  EXPECT_THAT(metrics.batch_sizes, IsEmpty());
}

}  // namespace
}  // namespace clip::client::load
