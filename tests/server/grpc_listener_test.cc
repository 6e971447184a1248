#include "server/grpc_listener.h"

#include <gtest/gtest.h>

namespace clip::server {
namespace {

TEST(GrpcListenerTest, PutsTheRealPortIntoTheAddress) {
  EXPECT_EQ(WithPort("0.0.0.0:0", 50051), "0.0.0.0:50051");
  EXPECT_EQ(WithPort("[::1]:0", 80), "[::1]:80");
}

TEST(GrpcListenerTest, ReachesItselfWhereverItListens) {
  EXPECT_EQ(LoopbackAddress("0.0.0.0:0", 50051), "127.0.0.1:50051");
  EXPECT_EQ(LoopbackAddress("[::]:50051", 50051), "[::1]:50051");
  EXPECT_EQ(LoopbackAddress("10.1.2.3:50051", 50051), "10.1.2.3:50051");
  EXPECT_EQ(LoopbackAddress("localhost:0", 7), "localhost:7");
}

}  // namespace
}  // namespace clip::server
