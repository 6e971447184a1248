#include "server/observability/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"

namespace clip::server {
namespace {

using batching::Lane;
using ::testing::HasSubstr;

std::string Text(const Metrics& metrics) {
  return prometheus::TextSerializer().Serialize(metrics.registry()->Collect());
}

size_t CountSeries(const std::string& text) {
  size_t series = 0;
  for (size_t start = 0; start < text.size();) {
    if (text[start] != '#') ++series;
    start = text.find('\n', start) + 1;
  }
  return series;
}

TEST(MetricsTest, ShowsEverySeriesFromTheStart) {
  const std::string text = Text(Metrics());
  EXPECT_THAT(
      text,
      HasSubstr(R"(clip_requests_total{code="OK",method="EncodeImage"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(clip_requests_total{code="RESOURCE_EXHAUSTED")"
                              R"(,method="Similarity"} 0)"));
  EXPECT_THAT(text, HasSubstr("clip_request_duration_seconds_count"
                              R"({method="EncodeText"} 0)"));
  for (const char* stage :
       {"decode", "tokenize", "queue", "queue_bulk", "forward", "respond"}) {
    EXPECT_THAT(text, HasSubstr("clip_stage_duration_seconds_count{stage=\"" +
                                std::string(stage) + "\"} 0"));
  }
  for (const char* tower : {"image", "text"}) {
    const std::string label = "{tower=\"" + std::string(tower) + "\"} 0";
    EXPECT_THAT(text, HasSubstr("clip_items_total" + label));
    EXPECT_THAT(text, HasSubstr("clip_batch_size_count" + label));
    EXPECT_THAT(text, HasSubstr("clip_queue_items" + label));
  }
  for (const RejectReason reason : kRejectReasons) {
    EXPECT_THAT(text,
                HasSubstr("clip_rejected_total{reason=\"" +
                          std::string(RejectReasonName(reason)) + "\"} 0"));
  }
}

TEST(MetricsTest, HasABoundedNumberOfSeries) {
  Metrics metrics;
  metrics.SetModelInfo({"default", "CLIP", "float32", "cpu", "00", 512});
  metrics.SetModelReady("default", true);
  EXPECT_LT(CountSeries(Text(metrics)), 1000U);
}

TEST(MetricsTest, CountsStreamsAndTheirItems) {
  Metrics metrics;
  metrics.AddStreams(1);
  metrics.AddStreams(1);
  metrics.AddStreams(-1);
  metrics.RecordStreamItem(absl::StatusCode::kOk);
  metrics.RecordStreamItem(absl::StatusCode::kInvalidArgument);
  const std::string text = Text(metrics);
  for (const char* line :
       {"clip_streams 1\n", "clip_stream_items_total{code=\"OK\"} 1\n",
        "clip_stream_items_total{code=\"INVALID_ARGUMENT\"} 1\n",
        "clip_stream_items_total{code=\"INTERNAL\"} 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(MetricsTest, CountsWhatTheCacheDoes) {
  Metrics metrics;
  metrics.OnCacheLookup(CacheResult::kHit);
  metrics.OnCacheLookup(CacheResult::kMerge);
  metrics.OnCacheChanged(300);
  metrics.OnCacheChanged(-100);
  const std::string text = Text(metrics);
  for (const char* line : {"clip_cache_requests_total{result=\"hit\"} 1\n",
                           "clip_cache_requests_total{result=\"miss\"} 0\n",
                           "clip_cache_requests_total{result=\"merge\"} 1\n",
                           "clip_cache_bytes 200\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(MetricsTest, CountsTheTimeOfTheDevicesOfItsModels) {
  Metrics metrics;
  metrics.SetModelInfo({"a", "CLIP", "float32", "cuda:0,cuda:1", "00", 512});
  metrics.OnDeviceUsed("cuda:1", absl::Seconds(2));
  // A name that no model has cannot add a series.
  metrics.OnDeviceUsed("cuda:7", absl::Seconds(2));
  const std::string text = Text(metrics);
  const std::string name = "clip_device_batch_seconds_total{device=";
  EXPECT_THAT(text, HasSubstr(name + "\"cuda:0\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(name + "\"cuda:1\"} 2\n"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("cuda:7")));
}

TEST(MetricsTest, CountsSplitBatchesByTheirReason) {
  Metrics metrics;
  metrics.OnBatchSplit(SplitReason::kMemory);
  const std::string text = Text(metrics);
  EXPECT_THAT(text,
              HasSubstr("clip_batch_splits_total{reason=\"memory\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("clip_batch_splits_total{reason=\"failure\"} 0\n"));
}

TEST(MetricsTest, CountsLabelSets) {
  Metrics metrics;
  EXPECT_THAT(Text(metrics), HasSubstr("clip_label_sets 0\n"));
  metrics.AddLabelSets(1);
  metrics.AddLabelSets(1);
  metrics.AddLabelSets(0);
  metrics.AddLabelSets(-1);
  EXPECT_THAT(Text(metrics), HasSubstr("clip_label_sets 1\n"));
}

TEST(MetricsTest, CountsRequestsByMethodAndCode) {
  Metrics metrics;
  metrics.RecordRequest(RpcMethod::kEncodeText, absl::StatusCode::kOk,
                        absl::Milliseconds(30));
  metrics.RecordRequest(RpcMethod::kEncodeText,
                        absl::StatusCode::kInvalidArgument, absl::Seconds(1));
  // A code from outside the canonical ones cannot add a series.
  metrics.RecordRequest(RpcMethod::kEncodeText,
                        static_cast<absl::StatusCode>(99), absl::Seconds(1));
  const std::string text = Text(metrics);
  EXPECT_THAT(
      text,
      HasSubstr(R"(clip_requests_total{code="OK",method="EncodeText"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(clip_requests_total{code="INVALID_ARGUMENT")"
                              R"(,method="EncodeText"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(clip_requests_total{code="UNKNOWN")"
                              R"(,method="EncodeText"} 1)"));
  EXPECT_THAT(text, HasSubstr("clip_request_duration_seconds_sum"
                              R"({method="EncodeText"} 2.03)"));
}

TEST(MetricsTest, MeasuresBatches) {
  Metrics metrics;
  metrics.OnBatchFinished(Lane::kImage, 7, absl::Milliseconds(20));
  metrics.OnBatchFinished(Lane::kImage, 8, absl::Milliseconds(20));
  const std::string text = Text(metrics);
  EXPECT_THAT(text, HasSubstr(R"(clip_items_total{tower="image"} 15)"));
  EXPECT_THAT(text, HasSubstr(R"(clip_batch_size_sum{tower="image"} 15)"));
  EXPECT_THAT(text, HasSubstr(R"(clip_batch_size_count{tower="image"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(clip_items_total{tower="text"} 0)"));
  EXPECT_THAT(
      text,
      HasSubstr(R"(clip_stage_duration_seconds_count{stage="forward"} 2)"));
}

TEST(MetricsTest, ComparesBatchesWithTheirPrediction) {
  Metrics metrics;
  metrics.OnBatchTimeKnown(Lane::kText, absl::Milliseconds(20),
                           absl::Milliseconds(30));
  const std::string text = Text(metrics);
  EXPECT_THAT(text,
              HasSubstr(R"(clip_batch_time_ratio_sum{tower="text"} 1.5)"));
  EXPECT_THAT(text,
              HasSubstr(R"(clip_batch_time_ratio_count{tower="image"} 0)"));
}

TEST(MetricsTest, FollowsTheQueueUpAndDown) {
  Metrics metrics;
  metrics.OnQueueChanged(Lane::kText, 5);
  metrics.OnQueueChanged(Lane::kText, -3);
  EXPECT_THAT(Text(metrics), HasSubstr(R"(clip_queue_items{tower="text"} 2)"));
}

TEST(MetricsTest, TellsTheStagesApart) {
  Metrics metrics;
  metrics.OnPreprocessed(Lane::kImage, absl::Milliseconds(1));
  metrics.OnPreprocessed(Lane::kImage, absl::Milliseconds(1));
  metrics.OnPreprocessed(Lane::kText, absl::Milliseconds(1));
  metrics.OnItemTaken({Lane::kText}, absl::Milliseconds(1));
  metrics.RecordRespond(absl::Milliseconds(1));
  const std::string text = Text(metrics);
  const std::map<std::string, int> counts = {
      {"decode", 2}, {"tokenize", 1}, {"queue", 1}, {"respond", 1}};
  for (const auto& [stage, count] : counts) {
    EXPECT_THAT(text, HasSubstr("clip_stage_duration_seconds_count{stage=\"" +
                                stage + "\"} " + std::to_string(count)));
  }
}

TEST(MetricsTest, CountsRefusalsByReason) {
  Metrics metrics;
  metrics.OnRejected(RejectReason::kQueueFull);
  metrics.RecordRejected(RejectReason::kInvalid);
  metrics.OnItemExpired(Lane::kImage);
  metrics.OnItemCancelled(Lane::kText);
  const std::string text = Text(metrics);
  for (const char* reason :
       {"queue_full", "invalid", "expired_in_queue", "cancelled_in_queue"}) {
    EXPECT_THAT(text, HasSubstr("clip_rejected_total{reason=\"" +
                                std::string(reason) + "\"} 1"));
  }
}

TEST(MetricsTest, DescribesTheModel) {
  Metrics metrics;
  metrics.SetModelInfo({"default", "CLIP", "bfloat16", "cuda:0", "ab", 512});
  metrics.SetModelReady("default", false);
  EXPECT_THAT(Text(metrics),
              HasSubstr(R"(clip_model_ready{model="default"} 0)"));
  metrics.SetModelReady("default", true);
  const std::string text = Text(metrics);
  EXPECT_THAT(text, HasSubstr(R"(clip_model_ready{model="default"} 1)"));
  EXPECT_THAT(text,
              HasSubstr(R"(clip_model_info{architecture="CLIP",)"
                        R"(checkpoint_sha256="ab",device="cuda:0",)"
                        R"(dtype="bfloat16",embed_dim="512",model="default"} )"
                        "1"));
}

}  // namespace
}  // namespace clip::server
