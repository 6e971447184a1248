#include "model/train/metrics_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::ReadWholeFile;
using clip::testing::StatusIs;
using clip::testing::TempFolder;
using ::testing::ElementsAre;

std::vector<int64_t> StepsOf(const MetricsLog& log) {
  std::vector<int64_t> steps;
  for (const LossPoint& point : log.curve()) steps.push_back(point.step);
  return steps;
}

TEST(MetricsLogTest, KeepsTheLinesUpToTheCheckpoint) {
  const TempFolder folder;
  const std::string kept =
      "{\"step\":1,\"loss\":2.5}\n{\"step\":2,\"loss\":2.0}\n"
      "{\"step\":2,\"top1\":0.5}\n";
  const std::string path = folder.Write(
      "metrics.jsonl", kept + "{\"step\":3,\"loss\":1.0}\n{\"step\":2,\"lo");
  MetricsLog log(path);
  log.Restore(2);
  ASSERT_THAT(log.Start(), IsOk());
  EXPECT_EQ(ReadWholeFile(path), kept);
  EXPECT_THAT(StepsOf(log), ElementsAre(1, 2));
}

TEST(MetricsLogTest, AddsALineForEachStepAndEvaluation) {
  const TempFolder folder;
  const std::string path = folder.Write("metrics.jsonl", "of another run\n");
  MetricsLog log(path);
  ASSERT_THAT(log.Start(), IsOk());
  StepReport report;
  report.terms = {{"contrastive_loss", 1.5}};
  report.loss = 1.5;
  report.learning_rate = 0.25;
  report.logit_scale = 10.0;
  ASSERT_THAT(log.AddStep(7, 3, report), IsOk());
  ASSERT_THAT(log.AddMetrics(7, {{"zeroshot_top1", 0.75}}), IsOk());
  EXPECT_EQ(ReadWholeFile(path),
            "{\"contrastive_loss\":1.5,\"epoch\":3,\"logit_scale\":10.0,"
            "\"loss\":1.5,\"lr\":0.25,\"step\":7}\n"
            "{\"step\":7,\"zeroshot_top1\":0.75}\n");
  EXPECT_THAT(StepsOf(log), ElementsAre(7));
}

TEST(MetricsLogTest, AFileThatCannotBeWrittenIsNamed) {
  const TempFolder folder;
  MetricsLog log(folder.path() + "/gone/metrics.jsonl");
  EXPECT_THAT(log.AddMetrics(1, {}),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       ::testing::HasSubstr("gone/metrics.jsonl")));
}

}  // namespace
}  // namespace clip::model
