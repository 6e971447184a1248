#include "server/observability/host_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

TEST(HostPortTest, SplitsNamesAndAddresses) {
  const auto address = ParseHostPort("0.0.0.0:80");
  ASSERT_THAT(address, IsOk());
  EXPECT_EQ(address->host, "0.0.0.0");
  EXPECT_EQ(address->port, 80);
  EXPECT_EQ(ParseHostPort("localhost:65535")->port, 65535);
  EXPECT_EQ(ParseHostPort("[::1]:0")->host, "::1");
}

TEST(HostPortTest, RefusesWhatIsNotOneAddress) {
  for (const char* address : {"", "80", ":80", "a", "a:", "a:http", "a:65536",
                              "a:-1", "a:123456", "a:0,b:0", "a:80 "}) {
    EXPECT_THAT(
        ParseHostPort(address),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("HOST:PORT")))
        << address;
  }
}

}  // namespace
}  // namespace clip::server
