#include "model/base/torch_status.h"

#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kInternal = absl::StatusCode::kInternal;
constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;

TEST(CatchTorchErrorsTest, PassesSuccessThrough) {
  bool ran = false;
  EXPECT_THAT(CatchTorchErrors([&] { ran = true; }), IsOk());
  EXPECT_TRUE(ran);
}

TEST(CatchTorchErrorsTest, TurnsShortMemoryIntoResourceExhausted) {
  EXPECT_THAT(CatchTorchErrors(
                  [] { TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA"); }),
              StatusIs(kExhausted));
  EXPECT_THAT(CatchTorchErrors([] { throw std::bad_alloc(); }),
              StatusIs(kExhausted));
  EXPECT_THAT(CatchTorchErrors([] {
                TORCH_CHECK(false,
                            "DefaultCPUAllocator: can't allocate memory");
              }),
              StatusIs(kExhausted));
  EXPECT_THAT(CatchTorchErrors([] {
                TORCH_CHECK(false, "CUDA error: out of memory\nhints");
              }),
              StatusIs(kExhausted));
  EXPECT_THAT(CatchTorchErrors([] {
                TORCH_CHECK(false, "CUDA error: CUBLAS_STATUS_ALLOC_FAILED");
              }),
              StatusIs(kExhausted));
}

TEST(CatchTorchErrorsTest, KeepsOneLineWithoutAStackTrace) {
  const absl::Status status = CatchTorchErrors(
      [] { TORCH_CHECK(false, "shapes differ\nException raised from"); });
  EXPECT_THAT(status, StatusIs(kInternal, HasSubstr("shapes differ")));
  EXPECT_THAT(status, StatusIs(kInternal, Not(HasSubstr("raised from"))));
}

TEST(CatchTorchErrorsTest, TurnsALostProcessIntoUnavailable) {
  const absl::Status status = CatchTorchErrors(
      [] { C10_THROW_ERROR(DistBackendError, "rank 1 lost the others"); });
  EXPECT_EQ(status, absl::UnavailableError("rank 1 lost the others"));
}

TEST(CatchTorchErrorsTest, CatchesWhatIsNotOfTorch) {
  EXPECT_THAT(CatchTorchErrors([] { throw std::runtime_error("odd"); }),
              StatusIs(kInternal, HasSubstr("odd")));
  EXPECT_THAT(CatchTorchErrors([] { throw 7; }), StatusIs(kInternal));
}

}  // namespace
}  // namespace clip::model
