#include "server/observability/request_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace clip::server {
namespace {

TEST(RequestIdGeneratorTest, MakesSixteenHexadecimalDigits) {
  RequestIdGenerator generator;
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(generator.Next(), ::testing::MatchesRegex("[0-9a-f]{16}"));
  }
}

TEST(RequestIdGeneratorTest, NeverRepeatsAnId) {
  RequestIdGenerator generator(7);
  std::set<std::string> ids;
  for (int i = 0; i < 10000; ++i) ids.insert(generator.Next());
  EXPECT_EQ(ids.size(), 10000U);
}

TEST(RequestIdGeneratorTest, StartsElsewhereInEachProcess) {
  EXPECT_NE(RequestIdGenerator().Next(), RequestIdGenerator().Next());
}

}  // namespace
}  // namespace clip::server
