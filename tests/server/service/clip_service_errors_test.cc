// How ClipService answers calls that are wrong or go wrong.
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "clip/v1/clip.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/server/service/clip_service_fixture.h"
#include "tests/testing/fake_pipeline.h"

namespace clip::server {
namespace {

using ::clip::testing::AnswerWith;
using ::clip::testing::FailWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ClipServiceErrorsTest : public ClipServiceFixture {
 protected:
  // Sends bytes that need not be a message.
  grpc::Status SendRaw(const std::string& method, const std::string& bytes) {
    grpc::GenericStub stub(channel());
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context_, method, grpc::StubOptions(), &request, &response,
                   [&done](grpc::Status status) { done.set_value(status); });
    return done.get_future().get();
  }
};

TEST_F(ClipServiceErrorsTest, AnUnknownModelIsNotFound) {
  v1::EncodeImageRequest request = OneImage();
  request.set_model("other");
  const grpc::Status status = EncodeImage(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("\"other\""));
}

TEST_F(ClipServiceErrorsTest, MalformedBytesAreAnInvalidArgument) {
  for (const char* method :
       {"EncodeImage", "EncodeText", "Similarity", "GetModel", "PutLabelSet",
        "ListLabelSets", "DeleteLabelSet"}) {
    grpc::ClientContext context;
    grpc::GenericStub stub(channel());
    const grpc::Slice slice(std::string("\x0A\x7F cut short"));
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, std::string("/clip.v1.ClipService/") + method,
                   grpc::StubOptions(), &request, &response,
                   [&done](grpc::Status status) { done.set_value(status); });
    EXPECT_EQ(done.get_future().get().error_code(),
              grpc::StatusCode::INVALID_ARGUMENT)
        << method;
  }
}

TEST_F(ClipServiceErrorsTest, AStringThatIsNotUtf8IsNamed) {
  const grpc::Status status = SendRaw("/clip.v1.ClipService/EncodeText",
                                      "\x12\x02ok\x12\x03"
                                      "a\xFF"
                                      "b");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "texts[1]: not UTF-8");
}

TEST_F(ClipServiceErrorsTest, ABadItemIsNamedInMessageAndDetails) {
  pipeline_.set_handler(
      FailWith(absl::InvalidArgumentError("the file is truncated"), 1));
  v1::EncodeImageRequest request = OneImage();
  request.add_images()->set_encoded("cut");
  const grpc::Status status = EncodeImage(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "images[1].encoded: the file is truncated");
  google::rpc::Status details;
  google::rpc::BadRequest bad_request;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  ASSERT_TRUE(details.details(0).UnpackTo(&bad_request));
  EXPECT_EQ(bad_request.field_violations(0).field(), "images[1].encoded");
}

TEST_F(ClipServiceErrorsTest, AFullPipelineSaysWhenToRetry) {
  pipeline_.set_handler(FailWith(absl::ResourceExhaustedError("full"), -1,
                                 absl::Milliseconds(250)));
  const grpc::Status status = EncodeImage(OneImage());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Trailer("grpc-retry-pushback-ms"), "250");
  google::rpc::Status details;
  google::rpc::RetryInfo retry_info;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  ASSERT_TRUE(details.details(0).UnpackTo(&retry_info));
  EXPECT_EQ(retry_info.retry_delay().nanos(), 250000000);
  // The pipeline has counted it.
  EXPECT_EQ(observer_.seen()[0].rejected, std::nullopt);
}

TEST_F(ClipServiceErrorsTest, OtherRefusalsKeepTheirCode) {
  const struct {
    absl::Status status;
    grpc::StatusCode code;
  } cases[] = {
      {absl::DeadlineExceededError("x"), grpc::StatusCode::DEADLINE_EXCEEDED},
      {absl::CancelledError("x"), grpc::StatusCode::CANCELLED},
      {absl::UnavailableError("x"), grpc::StatusCode::UNAVAILABLE},
      {absl::InternalError("x"), grpc::StatusCode::INTERNAL},
      {absl::UnknownError("x"), grpc::StatusCode::INTERNAL},
      {absl::FailedPreconditionError("x"), grpc::StatusCode::INTERNAL},
  };
  for (const auto& test_case : cases) {
    pipeline_.set_handler(FailWith(test_case.status));
    grpc::ClientContext context;
    EXPECT_EQ(
        stub().EncodeImage(&context, OneImage(), &image_response_).error_code(),
        test_case.code);
  }
}

TEST_F(ClipServiceErrorsTest, ADefectShowsTheRequestIdAndHidesTheCause) {
  pipeline_.set_handler(FailWith(absl::InternalError("secret of layer 7")));
  const grpc::Status status = EncodeImage(OneImage());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), Not(HasSubstr("secret")));
  ASSERT_EQ(observer_.seen().size(), 1U);
  const SeenCalls::Seen seen = observer_.seen()[0];
  EXPECT_THAT(status.error_message(), HasSubstr(seen.request_id));
  EXPECT_EQ(seen.cause, "secret of layer 7");
  EXPECT_EQ(Trailer("x-request-id"), seen.request_id);
}

TEST_F(ClipServiceErrorsTest, AnExceptionInTheMethodIsInternal) {
  pipeline_.set_handler([](auto&&...) { throw std::runtime_error("boom"); });
  const grpc::Status status = EncodeImage(OneImage());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), HasSubstr("request id"));
  EXPECT_EQ(observer_.seen()[0].cause, "boom");
}

TEST_F(ClipServiceErrorsTest, AnExceptionWhileWritingTheReplyIsInternal) {
  // An embedding shorter than the model's dimensions cannot be cut to them.
  pipeline_.set_handler([](const std::vector<PipelineItem>& items,
                           const CallOptions&,
                           const EmbeddingPipeline::Done& done) {
    CallResult result;
    result.items.resize(items.size());
    done(std::move(result));
  });
  EXPECT_EQ(EncodeImage(OneImage()).error_code(), grpc::StatusCode::INTERNAL);
}

TEST_F(ClipServiceErrorsTest, ACallThatIsForgottenIsInternal) {
  pipeline_.set_handler([](auto&&...) {});
  EXPECT_EQ(EncodeImage(OneImage()).error_code(), grpc::StatusCode::INTERNAL);
  ASSERT_EQ(observer_.seen().size(), 1U);
  EXPECT_THAT(observer_.seen()[0].cause, HasSubstr("without an answer"));
}

TEST_F(ClipServiceErrorsTest, TheFirstAnswerCounts) {
  pipeline_.set_handler([](std::vector<PipelineItem> items, CallOptions options,
                           const EmbeddingPipeline::Done& done) {
    AnswerWith({1.0F, 0.0F})(items, options, done);
    AnswerWith({0.0F, 1.0F})(items, options, done);
    throw std::runtime_error("after the answer");
  });
  ASSERT_TRUE(EncodeImage(OneImage()).ok());
  EXPECT_THAT(image_response_.embeddings(0).values(), ElementsAre(1.0F, 0.0F));
  EXPECT_EQ(observer_.seen().size(), 1U);
}

TEST_F(ClipServiceErrorsTest, AClosedGateIsUnavailable) {
  gate().Close();
  EXPECT_EQ(EncodeImage(OneImage()).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(observer_.seen()[0].rejected, RejectReason::kDraining);
}

TEST_F(ClipServiceErrorsTest, ACallThatEndsBeforeItsMessageIsCancelled) {
  // Closing without a message looks to the service as going away before it
  // does, and here nothing can overtake it.
  grpc::GenericStub stub(channel());
  grpc::CompletionQueue queue;
  const auto await = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto call =
      stub.PrepareCall(&context_, "/clip.v1.ClipService/EncodeText", &queue);
  call->StartCall(nullptr);
  ASSERT_TRUE(await());
  call->WritesDone(nullptr);
  ASSERT_TRUE(await());
  grpc::Status status;
  call->Finish(&status, nullptr);
  ASSERT_TRUE(await());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  ASSERT_EQ(observer_.seen().size(), 1U);
  EXPECT_EQ(observer_.seen()[0].code, absl::StatusCode::kCancelled);
  EXPECT_EQ(observer_.seen()[0].rejected, RejectReason::kCancelled);
}

TEST_F(ClipServiceErrorsTest, TellsWhatItRefusedItself) {
  EXPECT_FALSE(EncodeImage(v1::EncodeImageRequest()).ok());
  ASSERT_EQ(observer_.seen().size(), 1U);
  EXPECT_EQ(observer_.seen()[0].method, RpcMethod::kEncodeImage);
  EXPECT_EQ(observer_.seen()[0].code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(observer_.seen()[0].rejected, RejectReason::kInvalid);
}

}  // namespace
}  // namespace clip::server
