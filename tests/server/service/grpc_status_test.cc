#include "server/service/grpc_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/service/errors.h"
#include "server/service/limits.h"

namespace clip::server {
namespace {

using ::testing::IsEmpty;
using ::testing::Optional;

// gRPC defines the codes 0 to 16.
constexpr int kCodeCount = 17;

TEST(GrpcStatusTest, WalksEveryCode) {
  std::set<std::string> names;
  for (int value = 0; value < kCodeCount; ++value) {
    const auto absl_code = static_cast<absl::StatusCode>(value);
    const auto grpc_code = static_cast<grpc::StatusCode>(value);
    EXPECT_EQ(ToGrpcCode(absl_code), grpc_code) << value;
    EXPECT_EQ(ToGrpcStatus(absl::Status(absl_code, "m")).error_code(),
              grpc_code);
    EXPECT_EQ(GrpcCodeName(grpc_code), absl::StatusCodeToString(absl_code));
    names.insert(GrpcCodeName(grpc_code));
  }
  EXPECT_EQ(names.size(), kCodeCount);
}

TEST(GrpcStatusTest, MapsCodesOfTheFutureToUnknown) {
  EXPECT_EQ(ToGrpcCode(static_cast<absl::StatusCode>(99)),
            grpc::StatusCode::UNKNOWN);
  EXPECT_STREQ(GrpcCodeName(static_cast<grpc::StatusCode>(99)), "UNKNOWN");
}

TEST(GrpcStatusTest, CarriesTheBadFieldAsDetail) {
  const grpc::Status status =
      ToGrpcStatus(BadField("images[2].encoded", "truncated"));
  EXPECT_EQ(status.error_message(), "images[2].encoded: truncated");
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(details.message(), status.error_message());
  google::rpc::BadRequest bad_request;
  ASSERT_EQ(details.details_size(), 1);
  ASSERT_TRUE(details.details(0).UnpackTo(&bad_request));
  ASSERT_EQ(bad_request.field_violations_size(), 1);
  EXPECT_EQ(bad_request.field_violations(0).field(), "images[2].encoded");
  EXPECT_EQ(bad_request.field_violations(0).description(), "truncated");
}

TEST(GrpcStatusTest, CarriesTheRetryDelayAsDetailAndAsPushback) {
  const absl::Status error = Overloaded(absl::Milliseconds(2345));
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(ToGrpcStatus(error).error_details()));
  google::rpc::RetryInfo retry_info;
  ASSERT_EQ(details.details_size(), 1);
  ASSERT_TRUE(details.details(0).UnpackTo(&retry_info));
  EXPECT_EQ(retry_info.retry_delay().seconds(), 2);
  EXPECT_EQ(retry_info.retry_delay().nanos(), 345000000);
  EXPECT_THAT(RetryPushback(error), Optional(std::string("2345")));
}

TEST(GrpcStatusTest, GivesNoPushbackToErrorsThatARetryDoesNotCure) {
  EXPECT_EQ(RetryPushback(BadField("texts", "empty")), std::nullopt);
  EXPECT_EQ(RetryPushback(Draining()), std::nullopt);
}

TEST(GrpcStatusTest, SendsNoDetailsForAPlainError) {
  EXPECT_THAT(ToGrpcStatus(UnknownModel("m")).error_details(), IsEmpty());
}

TEST(GrpcStatusTest, CutsALongMessage) {
  const absl::Status error = absl::InternalError(std::string(100000, 'x'));
  EXPECT_EQ(ToGrpcStatus(error).error_message().size(), kMaxErrorMessageBytes);
}

}  // namespace
}  // namespace clip::server
