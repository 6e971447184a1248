#include "server/service/inference_statistics.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace clip::server {
namespace {

class InferenceStatisticsTest : public ::testing::Test {
 protected:
  static ServedModel Named(const std::string& name) {
    ServedModel model;
    model.name = name;
    model.info.checkpoint_sha256 = "of " + name;
    return model;
  }

  const ServedModel& first() { return models_.all()[0]; }
  const ServedModel& second() { return models_.all()[1]; }

  const ServedModels models_ =
      *ServedModels::Create({Named("first"), Named("second")});
  InferenceStatistics statistics_{models_};
};

TEST_F(InferenceStatisticsTest, StartsAtZero) {
  const inference::ModelStatistics written = statistics_.Write(second());
  EXPECT_EQ(written.name(), "second");
  EXPECT_EQ(written.version(), "of second");
  EXPECT_EQ(written.last_inference(), 0U);
  EXPECT_EQ(written.inference_stats().success().count(), 0U);
}

TEST_F(InferenceStatisticsTest, AddsUpTheCallsOfEachModel) {
  CallResult result;
  result.items.resize(3);
  result.timing.queue = absl::Milliseconds(1);
  result.timing.preprocess = absl::Milliseconds(2);
  result.timing.forward = absl::Milliseconds(4);
  for (int i = 1; i <= 2; ++i) {
    statistics_.RecordSuccess(first(), result, absl::Milliseconds(10),
                              absl::FromUnixMillis(1000 * i));
  }
  const inference::ModelStatistics written = statistics_.Write(first());
  EXPECT_EQ(written.inference_count(), 6U);
  EXPECT_EQ(written.last_inference(), 2000U);
  const inference::InferStatistics& stats = written.inference_stats();
  EXPECT_EQ(stats.success().count(), 2U);
  EXPECT_EQ(stats.success().ns(), 20'000'000U);
  EXPECT_EQ(stats.queue().ns(), 2'000'000U);
  EXPECT_EQ(stats.compute_input().ns(), 4'000'000U);
  EXPECT_EQ(stats.compute_infer().ns(), 8'000'000U);
  EXPECT_EQ(stats.compute_infer().count(), 2U);
  EXPECT_EQ(stats.fail().count(), 0U);
  EXPECT_EQ(statistics_.Write(second()).inference_count(), 0U);
}

TEST_F(InferenceStatisticsTest, FailuresCountAsCallsAndNotAsItems) {
  statistics_.RecordFailure(first(), absl::Milliseconds(5),
                            absl::FromUnixMillis(7));
  const inference::ModelStatistics written = statistics_.Write(first());
  EXPECT_EQ(written.inference_stats().fail().count(), 1U);
  EXPECT_EQ(written.inference_stats().fail().ns(), 5'000'000U);
  EXPECT_EQ(written.inference_stats().success().count(), 0U);
  EXPECT_EQ(written.inference_count(), 0U);
  EXPECT_EQ(written.last_inference(), 7U);
}

}  // namespace
}  // namespace clip::server
