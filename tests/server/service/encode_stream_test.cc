// What EncodeStream answers; its flow and its ends have tests of their own.
#include "server/service/encode_stream.h"

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "clip/v1/clip.grpc.pb.h"
#include "tests/server/service/encode_stream_fixture.h"
#include "tests/testing/fake_pipeline.h"

namespace clip::server {
namespace {

using ::clip::testing::AnswerWith;
using ::clip::testing::FailWith;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using ::testing::Not;

using EncodeStreamTest = EncodeStreamFixture;

TEST_F(EncodeStreamTest, AnswersEveryItemUnderItsId) {
  const auto stream = Open();
  v1::EncodeRequest image;
  image.set_id(7);
  image.mutable_image()->set_encoded("file");
  v1::EncodeRequest tokens;
  tokens.set_id(9);
  tokens.mutable_token_ids()->add_ids(1);
  for (const v1::EncodeRequest& request : {image, Text(8), tokens}) {
    ASSERT_TRUE(stream->Write(request));
    const v1::EncodeResponse response = Read(*stream);
    EXPECT_EQ(response.id(), request.id());
    EXPECT_FALSE(response.has_status());
    EXPECT_THAT(response.embedding().values(),
                ElementsAre(FloatEq(0.6F), FloatEq(0.8F)));
    EXPECT_EQ(response.token_count(), 3U);
  }
  EXPECT_TRUE(Close(*stream).ok());
  EXPECT_EQ(observer_.AwaitEnd(), absl::StatusCode::kOk);
  EXPECT_EQ(observer_.items(), 3);
  EXPECT_EQ(observer_.item_codes(absl::StatusCode::kOk), 3);
}

TEST_F(EncodeStreamTest, EndsWithOkWhenNothingWasSent) {
  const auto stream = Open();
  EXPECT_TRUE(Close(*stream).ok());
  EXPECT_EQ(context_.GetServerTrailingMetadata().count("x-request-id"), 1U);
}

TEST_F(EncodeStreamTest, TakesModelAndOptionsFromTheFirstMessage) {
  const auto stream = Open();
  v1::EncodeRequest first = Text(1);
  first.set_model("test");
  first.mutable_options()->set_normalize(false);
  stream->Write(first);
  const v1::EncodeResponse response = Read(*stream);
  EXPECT_THAT(response.embedding().values(), ElementsAre(3.0F, 4.0F));
  EXPECT_EQ(response.model().name(), "test");
  EXPECT_EQ(response.model().checkpoint_sha256(), "abc");
  stream->Write(Text(2));
  const v1::EncodeResponse second = Read(*stream);
  EXPECT_THAT(second.embedding().values(), ElementsAre(3.0F, 4.0F));
  EXPECT_FALSE(second.has_model());
  stream->Write(first);
  const v1::EncodeResponse third = Read(*stream);
  EXPECT_EQ(third.status().code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(third.status().message(), HasSubstr("options"));
  EXPECT_TRUE(Close(*stream).ok());
}

TEST_F(EncodeStreamTest, ABadItemFailsAlone) {
  const auto stream = Open();
  v1::EncodeRequest empty;
  empty.set_id(1);
  stream->Write(empty);
  v1::EncodeResponse response = Read(*stream);
  EXPECT_EQ(response.id(), 1U);
  EXPECT_EQ(response.status().code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(response.status().message(),
            "item: one of image, text and token_ids must be set");
  EXPECT_EQ(response.status().details_size(), 1);
  EXPECT_FALSE(response.has_embedding());

  pipeline_.set_handler(FailWith(absl::InvalidArgumentError("no file"), 0));
  v1::EncodeRequest image;
  image.mutable_image()->set_encoded("file");
  stream->Write(image);
  EXPECT_EQ(Read(*stream).status().message(), "image.encoded: no file");

  pipeline_.set_handler(AnswerWith({3.0F, 4.0F}));
  stream->Write(Text(3));
  EXPECT_TRUE(Read(*stream).has_embedding());
  EXPECT_TRUE(Close(*stream).ok());
  EXPECT_EQ(observer_.item_codes(absl::StatusCode::kInvalidArgument), 2);
}

TEST_F(EncodeStreamTest, ADefectOfOneItemIsHiddenFromTheClientAndReported) {
  const auto stream = Open();
  for (const bool throws : {false, true}) {
    pipeline_.set_handler([throws](auto, auto, const auto& done) {
      if (throws) throw std::runtime_error("secret path");
      CallResult result;
      result.status = absl::InternalError("secret path");
      done(std::move(result));
    });
    stream->Write(Text(5));
    const v1::EncodeResponse response = Read(*stream);
    EXPECT_EQ(response.id(), 5U);
    EXPECT_EQ(response.status().code(), grpc::StatusCode::INTERNAL);
    EXPECT_THAT(response.status().message(), HasSubstr("request id "));
    EXPECT_THAT(response.status().message(), Not(HasSubstr("secret")));
    EXPECT_EQ(observer_.last_cause(), "secret path");
  }
  EXPECT_TRUE(Close(*stream).ok());
}

TEST_F(EncodeStreamTest, AnItemThatThePipelineLosesIsAnswered) {
  const auto stream = Open();
  pipeline_.set_handler([](auto, auto, const auto&) {});
  stream->Write(Text(5));
  EXPECT_EQ(Read(*stream).status().code(), grpc::StatusCode::INTERNAL);
  EXPECT_TRUE(Close(*stream).ok());
}

TEST_F(EncodeStreamTest, RepliesComeInTheOrderOfCompletion) {
  pipeline_.set_handler(held_.Handler());
  const auto stream = Open();
  for (size_t i = 0; i < 3; ++i) {
    stream->Write(Text(i));
    held_.AwaitCalls(i + 1);
    held_.LetIn(i);
  }
  for (const uint64_t index : {2, 0, 1}) {
    held_.Answer(index, 1.0F);
    EXPECT_EQ(Read(*stream).id(), index);
  }
  EXPECT_TRUE(Close(*stream).ok());
}

}  // namespace
}  // namespace clip::server
