#include "model/train/cli/torchrun_environment.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

using Variables = std::map<std::string, std::string>;

absl::StatusOr<ProcessGroupOptions> Read(const Variables& variables) {
  return ReadTorchrunEnvironment([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

Variables Torchrun() {
  return {{"WORLD_SIZE", "4"},
          {"RANK", "3"},
          {"LOCAL_RANK", "1"},
          {"MASTER_ADDR", "trainer-0"},
          {"MASTER_PORT", "29400"}};
}

TEST(TorchrunEnvironmentTest, ReadsWhatTorchrunSets) {
  const auto options = Read(Torchrun());
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->world_size, 4);
  EXPECT_EQ(options->rank, 3);
  EXPECT_EQ(options->local_rank, 1);
  EXPECT_EQ(options->master_addr, "trainer-0");
  EXPECT_EQ(options->master_port, 29400);
  EXPECT_FALSE(options->agent_store);
  EXPECT_EQ(options->listen_fd, -1);
}

TEST(TorchrunEnvironmentTest, ReadsWhoServesThePort) {
  Variables variables = Torchrun();
  variables["TORCHELASTIC_USE_AGENT_STORE"] = "True";
  variables[kListenFdVariable] = "5";
  const auto options = Read(variables);
  ASSERT_THAT(options, IsOk());
  EXPECT_TRUE(options->agent_store);
  EXPECT_EQ(options->listen_fd, 5);
}

TEST(TorchrunEnvironmentTest, WithoutAWorldThereIsOneProcess) {
  for (const Variables& variables : {Variables{}, Variables{{"RANK", "7"}},
                                     Variables{{"WORLD_SIZE", "1"}}}) {
    const auto options = Read(variables);
    ASSERT_THAT(options, IsOk());
    EXPECT_EQ(options->world_size, 1);
    EXPECT_EQ(options->rank, 0);
  }
}

TEST(TorchrunEnvironmentTest, NamesWhatIsMissing) {
  for (const char* name :
       {"RANK", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT"}) {
    Variables variables = Torchrun();
    variables.erase(name);
    EXPECT_THAT(Read(variables),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(name)));
  }
}

TEST(TorchrunEnvironmentTest, NamesWhatIsNoNumberOfItsRange) {
  for (const auto& [name, value] : Variables{{"WORLD_SIZE", "0"},
                                             {"RANK", "4"},
                                             {"LOCAL_RANK", "-1"},
                                             {"MASTER_PORT", "65536"},
                                             {kListenFdVariable, "x"}}) {
    Variables variables = Torchrun();
    variables[name] = value;
    EXPECT_THAT(Read(variables),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(name)));
  }
}

}  // namespace
}  // namespace clip::model
