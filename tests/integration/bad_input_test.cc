// Every kind of bad input, from a client to the answer.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/integration/server_fixture.h"

namespace clip::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// The field that the error's details name; empty where they name none.
std::string BadFieldOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::BadRequest bad_request;
  if (!details.ParseFromString(status.error_details()) ||
      details.details_size() != 1 ||
      !details.details(0).UnpackTo(&bad_request) ||
      bad_request.field_violations_size() != 1) {
    return "";
  }
  return bad_request.field_violations(0).field();
}

class BadInputTest : public ServerFixture {
 protected:
  void SetUp() override {
    config().limits.max_image_bytes = 4096;
    config().limits.max_image_pixels = 400;
    config().limits.max_items_per_call = 8;
    config().limits.max_text_bytes = 16;
    config().max_message_bytes = 65536;
    StartServer();
  }

  grpc::Status EncodeText(const v1::EncodeTextRequest& request) {
    grpc::ClientContext context;
    return stub().EncodeText(&context, request, &text_response_);
  }

  // Sends a good picture and then this one.
  grpc::Status EncodeSecond(const v1::Image& image) {
    v1::EncodeImageRequest request = ImageRequest(1);
    *request.add_images() = image;
    grpc::ClientContext context;
    v1::EncodeImageResponse response;
    return stub().EncodeImage(&context, request, &response);
  }

  static v1::Image Encoded(const std::string& file) {
    v1::Image image;
    image.set_encoded(file);
    return image;
  }

  static v1::Image Rgb(uint32_t width, uint32_t height, size_t bytes) {
    v1::Image image;
    image.mutable_rgb()->set_width(width);
    image.mutable_rgb()->set_height(height);
    image.mutable_rgb()->set_data(std::string(bytes, '\x10'));
    return image;
  }

  v1::EncodeTextResponse text_response_;
};

TEST_F(BadInputTest, TheGoodPicturesOfTheseTestsAreTaken) {
  EXPECT_TRUE(EncodeSecond(Encoded(GreyBmp(20, 20))).ok());
  EXPECT_TRUE(EncodeSecond(Rgb(20, 20, 1200)).ok());
}

TEST_F(BadInputTest, ABadPictureIsNamed) {
  const std::string whole = GreyBmp(10, 10);
  v1::Image short_pixels = PixelsOf(1);
  short_pixels.mutable_pixels()->mutable_data()->pop_back();
  v1::Image infinite = PixelsOf(std::numeric_limits<float>::infinity());
  const struct {
    v1::Image image;
    const char* field;
  } cases[] = {
      {Encoded("this is no picture at all"), "images[1].encoded"},
      {Encoded(whole.substr(0, whole.size() / 2)), "images[1].encoded"},
      {Encoded(whole.substr(0, 20)), "images[1].encoded"},
      {Encoded(GreyBmp(20, 21)), "images[1].encoded"},
      {Encoded(GreyBmp(0, 10)), "images[1].encoded"},
      {Encoded(std::string(4097, 'x')), "images[1].encoded"},
      {Encoded(""), "images[1].encoded"},
      {Rgb(20, 21, 1260), "images[1].rgb"},
      {Rgb(0, 0, 0), "images[1].rgb"},
      {Rgb(10, 10, 299), "images[1].rgb.data"},
      {short_pixels, "images[1].pixels.data"},
      {infinite, "images[1].pixels"},
      {v1::Image(), "images[1]"},
  };
  for (const auto& test_case : cases) {
    const grpc::Status status = EncodeSecond(test_case.image);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << test_case.image.ShortDebugString().substr(0, 80);
    EXPECT_EQ(BadFieldOf(status), test_case.field);
    EXPECT_THAT(status.error_message(), StartsWith(test_case.field));
  }
}

TEST_F(BadInputTest, AHeaderThatLiesIsRefusedBeforeDecoding) {
  std::string huge = GreyBmp(10, 10);
  // Width and height, each 0x4000.
  for (const size_t offset : {18, 22}) huge.replace(offset, 2, "\x00\x40", 2);
  const grpc::Status status = EncodeSecond(Encoded(huge));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(BadFieldOf(status), "images[1].encoded");
}

TEST_F(BadInputTest, ABadCallLeavesTheOthersOfItsBatchAlone) {
  encoder().CloseGate();
  PendingCall first(stub(), ImageRequest(1));
  encoder().AwaitAtGate(1);
  PendingCall good(stub(), ImageRequest(7));
  v1::EncodeImageRequest request = ImageRequest(8);
  *request.add_images() = Encoded(GreyBmp(10, 10).substr(0, 60));
  PendingCall bad(stub(), request);
  EXPECT_EQ(bad.status().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  encoder().OpenGate();
  ASSERT_TRUE(good.status().ok());
  EXPECT_EQ(good.response().embeddings(0).values(0), 7.0F);
  EXPECT_TRUE(first.status().ok());
}

TEST_F(BadInputTest, ABadListIsNamed) {
  v1::EncodeTextRequest request;
  EXPECT_EQ(BadFieldOf(EncodeText(request)), "texts");
  request.add_texts("a");
  request.add_token_ids()->add_ids(1);
  EXPECT_EQ(BadFieldOf(EncodeText(request)), "token_ids");
  request.Clear();
  for (int i = 0; i < 9; ++i) request.add_texts("a");
  EXPECT_EQ(BadFieldOf(EncodeText(request)), "texts");
  grpc::ClientContext context;
  v1::EncodeImageResponse response;
  EXPECT_EQ(BadFieldOf(stub().EncodeImage(&context, v1::EncodeImageRequest(),
                                          &response)),
            "images");
}

TEST_F(BadInputTest, ABadTextIsNamed) {
  v1::EncodeTextRequest request;
  request.add_texts("a");
  request.add_texts("seventeen letters");
  const grpc::Status status = EncodeText(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(BadFieldOf(status), "texts[1]");
}

TEST_F(BadInputTest, ABadTokenIsNamed) {
  v1::EncodeTextRequest request;
  for (const int id : {1, 100}) request.add_token_ids()->add_ids(id);
  EXPECT_EQ(BadFieldOf(EncodeText(request)), "token_ids[1].ids[0]");
  request.mutable_token_ids(1)->set_ids(0, -1);
  EXPECT_EQ(BadFieldOf(EncodeText(request)), "token_ids[1].ids[0]");
  request.mutable_token_ids(1)->clear_ids();
  EXPECT_EQ(BadFieldOf(EncodeText(request)), "token_ids[1]");
}

TEST_F(BadInputTest, ATextLongerThanTheContextIsTruncatedAndSaysSo) {
  v1::EncodeTextRequest request;
  request.add_texts("abc");
  request.add_texts("abcdefghijk");
  ASSERT_TRUE(EncodeText(request).ok());
  EXPECT_THAT(text_response_.token_count(), ::testing::ElementsAre(3, 8));
  EXPECT_THAT(text_response_.truncated(), ::testing::ElementsAre(false, true));
}

TEST_F(BadInputTest, ABadOptionIsNamed) {
  v1::EncodeTextRequest request;
  request.add_texts("a");
  request.mutable_options()->set_dimensions(5);
  EXPECT_EQ(BadFieldOf(EncodeText(request)), "options.dimensions");
  request.mutable_options()->clear_dimensions();
  request.mutable_options()->set_format(static_cast<v1::Format>(99));
  EXPECT_EQ(BadFieldOf(EncodeText(request)), "options.format");
}

TEST_F(BadInputTest, AnUnknownModelIsNotFound) {
  v1::EncodeTextRequest request;
  request.add_texts("a");
  request.set_model("other");
  EXPECT_EQ(EncodeText(request).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(BadInputTest, BytesThatAreNoMessageAreAnInvalidArgument) {
  const struct {
    std::string bytes;
    const char* message;
  } cases[] = {
      {"\x12\x7F cut short", "is not a message of type"},
      {std::string(32, '\xFF'), "is not a message of type"},
      {"\x12\x02\xC3\x28", "texts[0]: not UTF-8"},
  };
  for (const auto& test_case : cases) {
    grpc::GenericStub generic(channel());
    grpc::ClientContext context;
    const grpc::Slice slice(test_case.bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    generic.UnaryCall(&context, "/clip.v1.ClipService/EncodeText",
                      grpc::StubOptions(), &request, &response,
                      [&done](grpc::Status status) { done.set_value(status); });
    const grpc::Status status = done.get_future().get();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr(test_case.message));
  }
}

TEST_F(BadInputTest, AMessageOverTheLimitIsRefusedByTheTransport) {
  const grpc::Status status = EncodeSecond(Encoded(std::string(70000, 'x')));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(BadInputTest, ACompressedMessageIsNotInflated) {
  grpc::ClientContext context;
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::EncodeTextRequest request;
  request.add_texts(std::string(60000, 'x'));
  EXPECT_EQ(stub().EncodeText(&context, request, &text_response_).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(BadInputTest, ServesOnAfterAllOfIt) {
  EXPECT_FALSE(EncodeSecond(Encoded("junk")).ok());
  EXPECT_TRUE(EncodeSecond(PixelsOf(3)).ok());
  EXPECT_GT(Metric("clip_rejected_total{reason=\"invalid\"}"), 0.0);
}

}  // namespace
}  // namespace clip::testing
