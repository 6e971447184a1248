#include "model/base/cpu_quota.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <optional>
#include <string>
#include <thread>

#include "model/base/usable_cores.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::TempFolder;

// A machine's /proc and /sys with what a test writes.
class CpuQuotaTest : public ::testing::Test {
 protected:
  // The lines of /proc/self/cgroup.
  void JoinGroups(const std::string& lines) {
    root_.Write("proc/self/cgroup", lines);
  }
  void WriteGroupFile(const std::string& name, const std::string& content) {
    root_.Write("sys/fs/cgroup/" + name, content);
  }
  std::optional<double> Read() const { return ReadCpuQuota(root_.path()); }

  const TempFolder root_;
};

TEST_F(CpuQuotaTest, IsNoneWithoutControlGroups) {
  EXPECT_EQ(Read(), std::nullopt);
}

TEST_F(CpuQuotaTest, ReadsTheLimitOfAContainer) {
  JoinGroups("0::/\n");
  WriteGroupFile("cpu.max", "250000 100000\n");
  EXPECT_EQ(Read(), 2.5);
}

TEST_F(CpuQuotaTest, IsNoneWhereThereIsNoLimit) {
  JoinGroups("0::/\n");
  WriteGroupFile("cpu.max", "max 100000\n");
  EXPECT_EQ(Read(), std::nullopt);
}

TEST_F(CpuQuotaTest, TakesTheSmallestOfTheGroupsAbove) {
  JoinGroups("0::/pods/pod/container\n");
  WriteGroupFile("pods/cpu.max", "800000 100000\n");
  WriteGroupFile("pods/pod/cpu.max", "300000 100000\n");
  WriteGroupFile("pods/pod/container/cpu.max", "max 100000\n");
  EXPECT_EQ(Read(), 3);
}

TEST_F(CpuQuotaTest, FindsTheContainersFilesWhereItsPathIsTheHosts) {
  JoinGroups("0::/system.slice/docker-1234.scope\n");
  WriteGroupFile("cpu.max", "50000 100000\n");
  EXPECT_EQ(Read(), 0.5);
}

TEST_F(CpuQuotaTest, ReadsVersionOne) {
  JoinGroups(
      "11:memory:/docker/12\n"
      "4:cpu,cpuacct:/docker/12\n"
      "0::/docker/12\n");
  WriteGroupFile("cpu/cpu.cfs_quota_us", "-1\n");
  WriteGroupFile("cpu/docker/12/cpu.cfs_quota_us", "150000\n");
  WriteGroupFile("cpu/docker/12/cpu.cfs_period_us", "50000\n");
  EXPECT_EQ(Read(), 3);
}

TEST_F(CpuQuotaTest, IsNotMisledByAControllerWithASimilarName) {
  JoinGroups("4:cpuset,cpuacct:/\n");
  WriteGroupFile("cpu/cpu.cfs_quota_us", "150000\n");
  WriteGroupFile("cpu/cpu.cfs_period_us", "50000\n");
  EXPECT_EQ(Read(), std::nullopt);
}

TEST_F(CpuQuotaTest, IsNoneWhereTheFilesMakeNoSense) {
  JoinGroups("nonsense\n0::/\n::\n1:cpu:..\n");
  for (const char* content :
       {"", "\n", "100000", "100000 0", "-5 100000", "x y", "1 2 3"}) {
    WriteGroupFile("cpu.max", content);
    EXPECT_EQ(Read(), std::nullopt) << content;
  }
}

TEST(UsableCoresTest, IsBetweenOneAndTheMachines) {
  EXPECT_GE(UsableCores(), 1);
  EXPECT_LE(UsableCores(),
            static_cast<int>(std::thread::hardware_concurrency()));
}

TEST(UsableCoresTest, CountsOnlyCoresThatTheThreadMayRunOn) {
  std::thread([] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
    EXPECT_EQ(UsableCores(), 1);
  }).join();
}

}  // namespace
}  // namespace clip::model
