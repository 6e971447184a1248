#include "client/static_targets.h"

#include <gmock/gmock.h>

#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ResolveTargetTest, LeavesEveryFormOfGrpcAlone) {
  for (const char* target :
       {"localhost:50051", "dns:///clip:50051", "dns:///a,b", "unix:/tmp/a,b",
        "ipv4:10.0.0.1:1,10.0.0.2:1", "xds:///a,b"}) {
    const auto resolved = ResolveTarget(target);
    ASSERT_THAT(resolved, IsOk());
    EXPECT_EQ(resolved->uri, target);
    EXPECT_EQ(resolved->authority, "");
  }
}

TEST(ResolveTargetTest, MakesAListOfAddresses) {
  const auto resolved = ResolveTarget("10.0.0.1:50051,10.0.0.2:50052");
  ASSERT_THAT(resolved, IsOk());
  EXPECT_EQ(resolved->uri, "ipv4:10.0.0.1:50051,10.0.0.2:50052");
  EXPECT_EQ(resolved->authority, "10.0.0.1:50051");
}

TEST(ResolveTargetTest, LooksNamesUp) {
  const auto resolved = ResolveTarget("localhost:1,127.0.0.1:2");
  ASSERT_THAT(resolved, IsOk());
  EXPECT_EQ(resolved->uri, "ipv4:127.0.0.1:1,127.0.0.1:2");
}

TEST(ResolveTargetTest, TakesTheOtherFamilyWhereAllHaveIt) {
  const auto resolved = ResolveTarget("[::1]:1,[fd00::2]:2");
  ASSERT_THAT(resolved, IsOk());
  EXPECT_EQ(resolved->uri, "ipv6:[::1]:1,[fd00::2]:2");
}

TEST(ResolveTargetTest, NamesEachServerOnce) {
  EXPECT_EQ(ResolveTarget("127.0.0.1:1,localhost:1")->uri, "ipv4:127.0.0.1:1");
}

TEST(ResolveTargetTest, RefusesWhatIsNoListOfServers) {
  const auto invalid = absl::StatusCode::kInvalidArgument;
  for (const char* target :
       {"a:1,", ",", "127.0.0.1:1,127.0.0.1", "127.0.0.1:1,127.0.0.1:0",
        "127.0.0.1:1,:2", "127.0.0.1:1,127.0.0.1:65536", "127.0.0.1:1,::1:2",
        "127.0.0.1:1,127.0.0.1:x"}) {
    EXPECT_THAT(ResolveTarget(target), StatusIs(invalid)) << target;
  }
  EXPECT_THAT(ResolveTarget("127.0.0.1:1,no.such.host.invalid:2"),
              StatusIs(invalid, HasSubstr("no.such.host.invalid:2")));
  EXPECT_THAT(ResolveTarget("127.0.0.1:1,[::1]:2"), StatusIs(invalid));
}

}  // namespace
}  // namespace clip::client
