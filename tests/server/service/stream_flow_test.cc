#include "server/service/stream_flow.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;

constexpr size_t kItemBytes = 100;

StreamLimits SmallLimits() {
  StreamLimits limits;
  limits.max_items = 3;
  limits.max_bytes = 1000;
  return limits;
}

grpc::ByteBuffer Reply(size_t bytes) {
  const grpc::Slice slice(std::string(bytes, 'r'));
  return grpc::ByteBuffer(&slice, 1);
}

class StreamFlowTest : public ::testing::Test {
 protected:
  // A read that was asked for brings an item, which finds room.
  void TakeItem(size_t bytes = kItemBytes) {
    flow_.OnItem(bytes);
    flow_.OnLetIn();
    flow_.OnReadHandled();
  }
  void HalfClose() {
    flow_.OnReadHandled();
    flow_.OnHalfClose();
  }

  StreamFlow flow_{SmallLimits()};
};

TEST_F(StreamFlowTest, ReadsOneMessageAtATime) {
  EXPECT_TRUE(flow_.Next().read);
  EXPECT_FALSE(flow_.Next().read);
  flow_.OnItem(kItemBytes);
  flow_.OnLetIn();
  EXPECT_FALSE(flow_.Next().read);
  flow_.OnReadHandled();
  EXPECT_TRUE(flow_.Next().read);
}

TEST_F(StreamFlowTest, StopsReadingAtTheItemLimitUntilAReplyIsWritten) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(flow_.Next().read);
    TakeItem();
  }
  EXPECT_FALSE(flow_.Next().read);
  flow_.OnReply(kItemBytes, Reply(10));
  const StreamStep step = flow_.Next();
  EXPECT_TRUE(step.write.has_value());
  EXPECT_FALSE(step.read);
  flow_.OnWritten();
  EXPECT_TRUE(flow_.Next().read);
}

TEST_F(StreamFlowTest, StopsReadingAtTheByteLimitAndCountsUnreadReplies) {
  ASSERT_TRUE(flow_.Next().read);
  TakeItem(2000);
  EXPECT_FALSE(flow_.Next().read);
  flow_.OnReply(2000, Reply(1500));
  EXPECT_FALSE(flow_.Next().read);
  EXPECT_EQ(flow_.bytes(), 1500U);
  flow_.OnWritten();
  EXPECT_EQ(flow_.bytes(), 0U);
  EXPECT_TRUE(flow_.Next().read);
}

TEST_F(StreamFlowTest, StopsReadingWhileAnItemIsHeldBack) {
  ASSERT_TRUE(flow_.Next().read);
  flow_.OnItem(kItemBytes);
  flow_.OnReadHandled();
  EXPECT_FALSE(flow_.Next().read);
  flow_.OnLetIn();
  EXPECT_TRUE(flow_.Next().read);
}

TEST_F(StreamFlowTest, WritesOneReplyAtATimeInTheOrderOfCompletion) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(flow_.Next().read);
    TakeItem();
  }
  flow_.OnReply(kItemBytes, Reply(7));
  flow_.OnReply(kItemBytes, Reply(8));
  EXPECT_EQ(flow_.Next().write->Length(), 7U);
  EXPECT_FALSE(flow_.Next().write.has_value());
  flow_.OnWritten();
  EXPECT_EQ(flow_.Next().write->Length(), 8U);
}

TEST_F(StreamFlowTest, EndsWithOkWhenTheLastReplyOfAHalfClosedStreamIsWritten) {
  ASSERT_TRUE(flow_.Next().read);
  TakeItem();
  ASSERT_TRUE(flow_.Next().read);
  HalfClose();
  EXPECT_FALSE(flow_.Next().finish.has_value());
  flow_.OnReply(kItemBytes, Reply(1));
  EXPECT_FALSE(flow_.Next().finish.has_value());
  flow_.OnWritten();
  const StreamStep step = flow_.Next();
  ASSERT_TRUE(step.finish.has_value());
  EXPECT_THAT(*step.finish, IsOk());
}

TEST_F(StreamFlowTest, TellsTheEndOnce) {
  ASSERT_TRUE(flow_.Next().read);
  HalfClose();
  EXPECT_TRUE(flow_.Next().finish.has_value());
  flow_.Abandon(absl::CancelledError("late"));
  const StreamStep step = flow_.Next();
  EXPECT_FALSE(step.finish.has_value());
  EXPECT_FALSE(step.read);
}

TEST_F(StreamFlowTest, AnErrorWaitsForTheRepliesOfWhatWasTaken) {
  ASSERT_TRUE(flow_.Next().read);
  TakeItem();
  flow_.EndWith(absl::UnavailableError("draining"));
  flow_.EndWith(absl::InternalError("too late to count"));
  EXPECT_TRUE(flow_.ending());
  EXPECT_FALSE(flow_.Next().read);
  flow_.OnReply(kItemBytes, Reply(1));
  EXPECT_TRUE(flow_.Next().write.has_value());
  flow_.OnWritten();
  EXPECT_THAT(*flow_.Next().finish, StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(StreamFlowTest, AnAbandonedStreamEndsWithoutItsItemsAndReplies) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(flow_.Next().read);
    TakeItem();
  }
  flow_.OnReply(kItemBytes, Reply(7));
  flow_.OnReply(kItemBytes, Reply(8));
  ASSERT_TRUE(flow_.Next().write.has_value());
  flow_.Abandon(absl::CancelledError("gone"));
  // gRPC still has the message of the write.
  EXPECT_FALSE(flow_.Next().finish.has_value());
  flow_.OnWritten();
  EXPECT_THAT(*flow_.Next().finish, StatusIs(absl::StatusCode::kCancelled));
  flow_.OnReply(kItemBytes, Reply(9));
  EXPECT_FALSE(flow_.Next().write.has_value());
  EXPECT_EQ(flow_.items(), 0);
  EXPECT_EQ(flow_.bytes(), 0U);
}

}  // namespace
}  // namespace clip::server
