#include "client/cli/output_flag.h"

#include <gmock/gmock.h>

namespace clip::client {
namespace {

using ::testing::ElementsAre;

TEST(JoinNpyFileTest, JoinsTheFileToItsKind) {
  EXPECT_THAT(JoinNpyFile({"encode-image", "--output", "npy", "x.npy", "a"}),
              ElementsAre("encode-image", "--output", "npy=x.npy", "a"));
  EXPECT_THAT(JoinNpyFile({"--output=npy", "x.npy", "a"}),
              ElementsAre("--output=npy=x.npy", "a"));
}

TEST(JoinNpyFileTest, LeavesEverythingElseAlone) {
  EXPECT_THAT(JoinNpyFile({"--output", "json", "a", "npy", "b"}),
              ElementsAre("--output", "json", "a", "npy", "b"));
  EXPECT_THAT(JoinNpyFile({"--output", "npy"}), ElementsAre("--output", "npy"));
}

}  // namespace
}  // namespace clip::client
