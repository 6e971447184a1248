#include "model/train/cli/launch_processes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::ReadWholeFile;
using clip::testing::TempFolder;
using ::testing::HasSubstr;

// Processes that run a line of shell instead of training.
LaunchOptions Shell(const std::string& line) {
  LaunchOptions options;
  options.program = "/bin/sh";
  options.arguments = {"-c", line};
  options.processes = 3;
  return options;
}

TEST(LaunchProcessesTest, EachProcessKnowsItsPlaceAndTheMeetingPoint) {
  const TempFolder folder;
  std::ostringstream err;
  const std::string line =
      "echo $WORLD_SIZE $LOCAL_RANK $MASTER_ADDR > " + folder.path() +
      "/$RANK; [ $MASTER_PORT -gt 0 ] && [ $OMP_NUM_THREADS -gt 0 ]";
  EXPECT_EQ(LaunchProcesses(Shell(line), err), 0) << err.str();
  for (const std::string rank : {"0", "1", "2"}) {
    EXPECT_EQ(ReadWholeFile(folder.path() + "/" + rank),
              "3 " + rank + " 127.0.0.1\n");
  }
}

TEST(LaunchProcessesTest, OnlyRankZeroHoldsTheListeningSocket) {
  std::ostringstream err;
  const std::string line =
      "if [ $RANK = 0 ]; then [ -e /proc/self/fd/$CLIP_FINETUNE_LISTEN_FD ];"
      "else [ -z \"$CLIP_FINETUNE_LISTEN_FD\" ]; fi";
  EXPECT_EQ(LaunchProcesses(Shell(line), err), 0) << err.str();
}

TEST(LaunchProcessesTest, AProcessThatFailsIsNamedAndEndsTheOthers) {
  std::ostringstream err;
  LaunchOptions options =
      Shell("if [ $RANK = 1 ]; then exit 2; fi; exec tail -f /dev/null");
  options.grace = absl::ZeroDuration();
  EXPECT_EQ(LaunchProcesses(options, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("rank 1 ended with exit code 2"));
}

TEST(LaunchProcessesTest, WrongInputIsTheCauseOfOtherFailures) {
  const TempFolder folder;
  std::ostringstream err;
  const std::string mark = folder.path() + "/ended";
  // Rank 0 finds it out but ends last.
  const std::string line = "if [ $RANK != 0 ]; then touch " + mark +
                           "$RANK; exit 1; fi; while [ ! -e " + mark +
                           "1 ] || [ ! -e " + mark + "2 ]; do :; done; exit 2";
  EXPECT_EQ(LaunchProcesses(Shell(line), err), 2);
  EXPECT_THAT(err.str(), HasSubstr("rank 0 ended with exit code 2"));
  EXPECT_THAT(err.str(), HasSubstr("rank 1 ended with exit code 1"));
}

TEST(LaunchProcessesTest, AProcessThatIsKilledIsNamed) {
  std::ostringstream err;
  LaunchOptions options =
      Shell("if [ $RANK = 2 ]; then kill -KILL $$; fi; exec tail -f /dev/null");
  options.grace = absl::ZeroDuration();
  EXPECT_EQ(LaunchProcesses(options, err), 1);
  EXPECT_THAT(err.str(), HasSubstr("rank 2 was killed by signal 9"));
}

TEST(LaunchProcessesTest, OthersMayEndByThemselves) {
  const TempFolder folder;
  std::ostringstream err;
  const std::string mark = folder.path() + "/saved";
  // Rank 0 ends only after rank 1 did.
  const std::string line = "if [ $RANK = 1 ]; then touch " + mark +
                           ".failed; exit 1; fi; while [ ! -e " + mark +
                           ".failed ]; do :; done; touch " + mark + ".$RANK";
  EXPECT_EQ(LaunchProcesses(Shell(line), err), 1);
  EXPECT_EQ(access((mark + ".0").c_str(), F_OK), 0);
}

TEST(LaunchProcessesTest, AProgramThatIsNotThereFails) {
  std::ostringstream err;
  LaunchOptions options;
  options.program = "/nonexistent";
  options.processes = 2;
  EXPECT_EQ(LaunchProcesses(options, err), 127);
}

}  // namespace
}  // namespace clip::model
