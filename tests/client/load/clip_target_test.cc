// Calls of a run as a server meets them.
#include "client/load/clip_target.h"

#include <gmock/gmock.h>

#include <future>
#include <memory>
#include <utility>

#include "tests/client/fake_clip_server.h"
#include "tests/client/fake_statuses.h"
#include "tests/testing/status_matchers.h"

namespace clip::client::load {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::SizeIs;

class ClipTargetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ClipTarget::Options options;
    options.client.target = server_.address();
    options.client.retry.max_attempts = 1;
    options.connections = 2;
    CorpusOptions corpus;
    corpus.pictures = {"a picture", "b picture"};
    corpus.texts = {"a text", "b text"};
    auto target = ClipTarget::Create(std::move(options),
                                     *Corpus::Create(std::move(corpus)));
    ASSERT_THAT(target, IsOk());
    target_ = *std::move(target);
  }

  CallResult Call(const CallSpec& spec) {
    std::promise<CallResult> result;
    target_->Start(
        spec, [&result](CallResult got) { result.set_value(std::move(got)); });
    return result.get_future().get();
  }

  FakeClipServer server_;
  std::unique_ptr<ClipTarget> target_;
};

TEST_F(ClipTargetTest, SendsTheItemsOfEachKind) {
  EXPECT_THAT(Call({0, CallKind::kImage, {0, 1}, {}, false}).status, IsOk());
  EXPECT_THAT(Call({1, CallKind::kText, {}, {1}, false}).status, IsOk());
  EXPECT_THAT(Call({2, CallKind::kSimilarity, {0}, {0, 1}, false}).status,
              IsOk());
  EXPECT_THAT(server_.batches(),
              ElementsAre(ElementsAre("a picture", "b picture"),
                          ElementsAre("b text")));
  EXPECT_THAT(server_.similarity_shapes(), ElementsAre(::testing::Pair(1, 2)));
}

TEST_F(ClipTargetTest, SendsEachCallOnceWhereNoRetriesAreAskedFor) {
  server_.Script({{FullStatus(1)}, {grpc::Status(grpc::UNAVAILABLE, "")}});
  EXPECT_THAT(Call({0, CallKind::kImage, {0}, {}, false}).status,
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(Call({1, CallKind::kImage, {0}, {}, false}).status,
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(server_.methods(), SizeIs(2));
}

TEST_F(ClipTargetTest, CountsTheAttemptsBehindTheCalls) {
  ClipTarget::Options options;
  options.client.target = server_.address();
  options.client.retry.initial_backoff = absl::ZeroDuration();
  options.connections = 2;
  CorpusOptions corpus;
  corpus.texts = {"a text"};
  auto target = ClipTarget::Create(std::move(options),
                                   *Corpus::Create(std::move(corpus)));
  ASSERT_THAT(target, IsOk());
  target_ = *std::move(target);
  server_.Script({{grpc::Status(grpc::UNAVAILABLE, "")}});
  EXPECT_THAT(Call({0, CallKind::kText, {}, {0}, false}).status, IsOk());
  EXPECT_THAT(Call({1, CallKind::kText, {}, {0}, false}).status, IsOk());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(target_->counts().calls, 2U);
    EXPECT_EQ(target_->counts().attempts, 3U);
    EXPECT_EQ(target_->counts().retries, 1U);
    // What has been sent is known afterwards, too.
    target_->CancelAll();
  }
}

TEST_F(ClipTargetTest, SpoilsTheFirstPicture) {
  Call({0, CallKind::kImage, {0, 1}, {}, true});
  EXPECT_THAT(server_.batches()[0], ElementsAre(Not("a picture"), "b picture"));
}

TEST_F(ClipTargetTest, ConnectsEveryConnectionBeforeTheRun) {
  EXPECT_THAT(target_->Connect(), IsOk());
  EXPECT_THAT(server_.methods(), ElementsAre("GetModel", "GetModel"));
}

TEST_F(ClipTargetTest, KnowsTheAnswersThatItHasLearnt) {
  ASSERT_THAT(target_->LearnPictures(), IsOk());
  ASSERT_THAT(target_->LearnTexts(), IsOk());
  EXPECT_THAT(server_.batches(), SizeIs(4));
  // Two pictures in the list: 5 is the second one again.
  const CallResult result = Call({0, CallKind::kImage, {5, 0}, {}, false});
  EXPECT_THAT(result.status, IsOk());
  EXPECT_EQ(result.checked_items, 2u);
  EXPECT_EQ(Call({1, CallKind::kText, {}, {1}, false}).checked_items, 1u);
}

TEST_F(ClipTargetTest, LearnsNothingFromWhatIsRefused) {
  server_.Refuse("a picture");
  ASSERT_THAT(target_->LearnPictures(), IsOk());
  EXPECT_EQ(Call({0, CallKind::kImage, {1}, {}, false}).checked_items, 1u);
  server_.Script({{grpc::Status(grpc::UNAVAILABLE, "")}});
  EXPECT_THAT(target_->LearnTexts(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ClipTargetTest, CancelsOneCall) {
  auto gate = std::make_shared<Gate>();
  ScriptedAnswer held;
  held.gate = gate;
  server_.Script({held});
  std::promise<CallResult> result;
  CallSpec spec{7, CallKind::kText, {}, {0}, false};
  spec.cancel_after = absl::Milliseconds(1);
  target_->Start(
      spec, [&result](CallResult got) { result.set_value(std::move(got)); });
  server_.AwaitCalls(1);
  target_->Cancel(6);
  target_->Cancel(7);
  EXPECT_THAT(result.get_future().get().status,
              StatusIs(absl::StatusCode::kCancelled));
  gate->Open();
  EXPECT_THAT(Call({8, CallKind::kText, {}, {0}, false}).status, IsOk());
}

TEST_F(ClipTargetTest, ACallMayHaveADeadlineOfItsOwn) {
  auto gate = std::make_shared<Gate>();
  ScriptedAnswer held;
  held.gate = gate;
  server_.Script({held});
  CallSpec spec{0, CallKind::kText, {}, {0}, false};
  spec.deadline = absl::Milliseconds(50);
  EXPECT_THAT(Call(spec).status, StatusIs(absl::StatusCode::kDeadlineExceeded));
  gate->Open();
}

TEST_F(ClipTargetTest, ComparesWithWhatItIsToldToo) {
  // The fake's embedding of "a.." is the second axis.
  target_->Know(CallKind::kText, 0, {0, 1, 0, 0});
  target_->Know(CallKind::kText, 1, {1, 0, 0, 0});
  EXPECT_EQ(Call({0, CallKind::kText, {}, {0}, false}).checked_items, 1u);
  EXPECT_THAT(Call({1, CallKind::kText, {}, {1}, false}).status,
              StatusIs(absl::StatusCode::kDataLoss));
  // What is known is not asked for.
  ASSERT_THAT(target_->LearnTexts(), IsOk());
  EXPECT_THAT(server_.batches(), SizeIs(2));
}

TEST_F(ClipTargetTest, CancelsWhatIsInFlight) {
  auto gate = std::make_shared<Gate>();
  ScriptedAnswer held;
  held.gate = gate;
  server_.Script({held});
  std::promise<CallResult> result;
  target_->Start(
      {0, CallKind::kText, {}, {0}, false},
      [&result](CallResult got) { result.set_value(std::move(got)); });
  server_.AwaitCalls(1);
  target_->CancelAll();
  EXPECT_THAT(result.get_future().get().status,
              StatusIs(absl::StatusCode::kCancelled));
  gate->Open();
}

}  // namespace
}  // namespace clip::client::load
