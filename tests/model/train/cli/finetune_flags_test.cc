#include "model/train/cli/finetune_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

absl::StatusOr<FinetuneCommand> Parse(const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"--model", "folder",       "--output",
                                        "out",     "--train-data", "pairs.csv"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return ParseFinetuneFlags(arguments);
}

TEST(FinetuneFlagsTest, AugmentationIsOpenClipsUnlessGiven) {
  const auto command = Parse({});
  ASSERT_THAT(command, IsOk());
  EXPECT_THAT(command->options.aug_scale, Pair(0.9, 1.0));
  EXPECT_THAT(command->options.aug_ratio, Pair(3.0 / 4.0, 4.0 / 3.0));
  EXPECT_TRUE(command->options.color_jitter.empty());
  EXPECT_EQ(command->options.gray_scale_prob, 0.0);
}

TEST(FinetuneFlagsTest, ReadsTheAugmentation) {
  const auto command =
      Parse({"--aug-scale", "0.4", "1", "--aug-ratio", "0.8", "1.25",
             "--color-jitter", "0.32", "0.32", "0.32", "0.08",
             "--color-jitter-prob", "0.8", "--gray-scale-prob", "0.2"});
  ASSERT_THAT(command, IsOk());
  EXPECT_THAT(command->options.aug_scale, Pair(0.4, 1.0));
  EXPECT_THAT(command->options.aug_ratio, Pair(0.8, 1.25));
  EXPECT_THAT(command->options.color_jitter,
              ElementsAre(0.32, 0.32, 0.32, 0.08));
  EXPECT_EQ(command->options.color_jitter_prob, 0.8);
  EXPECT_EQ(command->options.gray_scale_prob, 0.2);
}

TEST(FinetuneFlagsTest, ReadsShardsByOpenClipsNames) {
  const auto command = Parse(
      {"--dataset-type", "webdataset", "--image-key", "png", "--text-key",
       "caption;txt", "--json-text-key", "long", "--train-num-samples", "128"});
  ASSERT_THAT(command, IsOk());
  EXPECT_EQ(command->options.dataset_type, "webdataset");
  EXPECT_EQ(command->options.image_key, "png");
  EXPECT_EQ(command->options.text_key, "caption;txt");
  EXPECT_EQ(command->options.json_text_key, "long");
  EXPECT_EQ(command->options.train_num_samples, 128);
  EXPECT_FALSE(Parse({"--dataset-type", "synthetic"}).ok());
}

TEST(FinetuneFlagsTest, TooFewNumbersAreRefusedWithTheirFlag) {
  const auto command = Parse({"--color-jitter", "0.3", "0.3"});
  EXPECT_THAT(command.status(), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(command.status().message()),
              HasSubstr("--color-jitter"));
}

TEST(FinetuneFlagsTest, ReadsHowProcessesTrainTogether) {
  const auto alone = Parse({});
  ASSERT_THAT(alone, IsOk());
  EXPECT_EQ(alone->nproc, 1);
  EXPECT_FALSE(alone->options.local_loss || alone->options.gather_with_grad);
  EXPECT_EQ(alone->options.processes.timeout, absl::Minutes(30));
  const auto command =
      Parse({"--nproc", "4", "--local-loss", "--gather-with-grad",
             "--dist-backend", "gloo", "--dist-timeout", "90"});
  ASSERT_THAT(command, IsOk());
  EXPECT_EQ(command->nproc, 4);
  EXPECT_TRUE(command->options.local_loss && command->options.gather_with_grad);
  EXPECT_EQ(command->options.processes.timeout, absl::Seconds(90));
}

TEST(FinetuneFlagsTest, OnlyGlooIsABackend) {
  EXPECT_THAT(Parse({"--dist-backend", "nccl"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--dist-backend")));
}

}  // namespace
}  // namespace clip::model
