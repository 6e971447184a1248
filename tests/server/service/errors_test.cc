#include "server/service/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/service/limits.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

TEST(ErrorsTest, RepeatsOnlyTheFrontOfAModelName) {
  const std::string name = "short-name" + std::string(100000, 'x');
  const absl::Status error = UnknownModel(name);
  EXPECT_THAT(error,
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("short-name")));
  EXPECT_LT(error.message().size(), 3 * kMaxEchoedBytes);
}

TEST(ErrorsTest, MakesControlBytesOfAModelNamePrintable) {
  EXPECT_THAT(UnknownModel("a\nb\x1b"),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("a\\nb\\x1b"), Not(HasSubstr("\n")))));
}

TEST(ErrorsTest, OverloadedSaysWhenToComeBack) {
  EXPECT_THAT(RetryDelay(Overloaded(absl::Milliseconds(70))),
              Optional(absl::Milliseconds(70)));
}

TEST(ErrorsTest, OverloadedWithoutAdviceUsesTheDefaultDelay) {
  EXPECT_THAT(RetryDelay(Overloaded(absl::ZeroDuration())),
              Optional(kDefaultRetryDelay));
  EXPECT_THAT(RetryDelay(Overloaded(-absl::Seconds(1))),
              Optional(kDefaultRetryDelay));
}

TEST(ErrorsTest, OtherErrorsHaveNoRetryDelay) {
  EXPECT_EQ(RetryDelay(NotReady()), std::nullopt);
  EXPECT_EQ(RetryDelay(InternalError("1234")), std::nullopt);
}

TEST(ErrorsTest, InternalErrorShowsTheRequestIdOnly) {
  EXPECT_EQ(InternalError("00c0ffee").message(),
            "internal error; request id 00c0ffee");
}

}  // namespace
}  // namespace clip::server
