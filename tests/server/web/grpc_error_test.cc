#include "server/web/grpc_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "server/service/errors.h"
#include "server/service/grpc_status.h"

namespace clip::server {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

HttpResponse From(const absl::Status& error) {
  return FromGrpcError(ToGrpcStatus(error));
}

json ErrorOf(const HttpResponse& response) {
  return json::parse(response.body)["error"];
}

TEST(GrpcErrorTest, ABadFieldIsNamed) {
  const HttpResponse response =
      From(BadField("images[0].encoded", "no picture"));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(ErrorOf(response),
            (json{{"code", "INVALID_ARGUMENT"},
                  {"field", "images[0].encoded"},
                  {"message", "images[0].encoded: no picture"}}));
}

TEST(GrpcErrorTest, AFullServerSaysWhenToComeBackInWholeSeconds) {
  const std::pair<absl::Duration, const char*> cases[] = {
      {absl::Milliseconds(100), "1"},
      {absl::Seconds(2), "2"},
      {absl::Milliseconds(2001), "3"}};
  for (const auto& [delay, seconds] : cases) {
    const HttpResponse response = From(Overloaded(delay));
    EXPECT_EQ(response.status, 429);
    EXPECT_EQ(ErrorOf(response)["code"], "RESOURCE_EXHAUSTED");
    EXPECT_THAT(response.fields, ElementsAre(Pair("Retry-After", seconds)));
  }
}

TEST(GrpcErrorTest, AMessageOverTheLimitIsNoReasonToRetry) {
  const HttpResponse response =
      FromGrpcError({grpc::RESOURCE_EXHAUSTED, "larger than max"});
  EXPECT_EQ(response.status, 413);
  EXPECT_THAT(response.fields, IsEmpty());
}

TEST(GrpcErrorTest, EachCodeHasItsStatus) {
  EXPECT_EQ(From(UnknownModel("m")).status, 404);
  EXPECT_EQ(From(DeadlinePassed()).status, 504);
  EXPECT_EQ(From(NotReady()).status, 503);
  EXPECT_EQ(From(Draining()).status, 503);
  EXPECT_EQ(From(InternalError("id")).status, 500);
  EXPECT_EQ(FromGrpcError({grpc::UNIMPLEMENTED, "what"}).status, 500);
}

TEST(GrpcErrorTest, ACallThatTheEndOvertookSaysSo) {
  const HttpResponse response = FromGrpcError({grpc::CANCELLED, "CANCELLED"});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(ErrorOf(response),
            (json{{"code", "UNAVAILABLE"},
                  {"message", "the server is shutting down"}}));
}

TEST(GrpcErrorTest, DetailsThatAreNoneAndBytesThatAreNoTextDoNoHarm) {
  const HttpResponse response =
      FromGrpcError({grpc::INVALID_ARGUMENT, "\xFF<b>", "\xFFnonsense"});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(ErrorOf(response)["message"], "\xEF\xBF\xBD<b>");
}

}  // namespace
}  // namespace clip::server
