#include "model/train/web_dataset/shard_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<std::string> Expand(const std::string& address) {
  const auto shards = ExpandShardList(address);
  EXPECT_THAT(shards, IsOk());
  return shards.ok() ? *shards : std::vector<std::string>();
}

void ExpectRefused(const std::string& address, const std::string& problem) {
  const auto shards = ExpandShardList(address);
  EXPECT_THAT(shards.status(), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(shards.status().message()),
              AllOf(HasSubstr(address), HasSubstr(problem)));
}

TEST(ShardListTest, ExpandsRangesOfNumbers) {
  EXPECT_THAT(Expand("s/{08..11}.tar"),
              ElementsAre("s/08.tar", "s/09.tar", "s/10.tar", "s/11.tar"));
  EXPECT_THAT(Expand("{3..1}"), ElementsAre("3", "2", "1"));
  EXPECT_THAT(Expand("{0..10..4}"), ElementsAre("0", "4", "8"));
  EXPECT_THAT(Expand("{-1..1}"), ElementsAre("-1", "0", "1"));
  EXPECT_THAT(Expand("{00000..01233}.tar"), SizeIs(1234));
}

TEST(ShardListTest, ExpandsLettersAndLists) {
  EXPECT_THAT(Expand("{a..e..2}.tar"), ElementsAre("a.tar", "c.tar", "e.tar"));
  EXPECT_THAT(Expand("{cc,sbu}/{0..1}"),
              ElementsAre("cc/0", "cc/1", "sbu/0", "sbu/1"));
  EXPECT_THAT(Expand("{a,b{1..2},}x"), ElementsAre("ax", "b1x", "b2x", "x"));
}

TEST(ShardListTest, JoinsLists) {
  EXPECT_THAT(Expand("a.tar::{b,c}.tar"),
              ElementsAre("a.tar", "b.tar", "c.tar"));
}

TEST(ShardListTest, BracesAroundOneThingStandForThemselves) {
  EXPECT_THAT(Expand("a{b}c{}"), ElementsAre("a{b}c{}"));
  EXPECT_THAT(Expand("{{1..2}}"), ElementsAre("{1}", "{2}"));
  EXPECT_THAT(Expand("\\{a,b\\}"), ElementsAre("{a,b}"));
}

TEST(ShardListTest, RefusesWhatItCannotExpand) {
  ExpectRefused("{0..3.tar", "the braces do not match");
  ExpectRefused("0..3}.tar", "the braces do not match");
  ExpectRefused("{0..99999999}.tar", "more than a million files");
  ExpectRefused("{0..9999}{0..9999}", "more than a million files");
  ExpectRefused(std::string(40, '{') + "a,b" + std::string(40, '}'),
                "nested too deeply");
  ExpectRefused("a.tar::", "a file name is empty");
}

TEST(ShardListTest, RefusesWhatIsNoFile) {
  ExpectRefused("pipe:cat a.tar", "only files can be read");
  ExpectRefused("s3://bucket/{0..9}.tar", "only files can be read");
}

}  // namespace
}  // namespace clip::model
