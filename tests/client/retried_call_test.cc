#include "client/retried_call.h"

#include <clip/v1/clip.grpc.pb.h>
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <future>
#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "tests/client/fake_clip_server.h"
#include "tests/client/fake_retry_clock.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;

class RetriedCallTest : public ::testing::Test {
 protected:
  std::shared_ptr<RetriedCall> NewCall(RetriedCall::Attempt attempt,
                                       RetriedCall::Done done) {
    return std::make_shared<RetriedCall>(
        RetriedCall::Environment{&policy_, &throttle_, &clock_, &random_,
                                 &counter_},
        absl::Now() + absl::Minutes(1), std::move(attempt), std::move(done));
  }

  FakeClipServer server_;
  const RetryPolicy policy_ = RetryPolicy::Create({}).value();
  RetryThrottle throttle_{10, 0.1};
  FakeRetryClock clock_;
  CallCounter counter_;
  const std::function<double()> random_ = [] { return 0.0; };
};

TEST_F(RetriedCallTest, HoldsTheChannelNoLongerThanItsCall) {
  // Whoever drops the last reference to a channel joins the threads that run
  // callbacks. A callback thread that did so would join itself, and gRPC would
  // free its queue twice.
  const auto channel = grpc::CreateChannel(server_.address(),
                                           grpc::InsecureChannelCredentials());
  const auto stub = v1::ClipService::NewStub(channel);
  const auto references = channel.use_count();
  server_.Script({{{grpc::StatusCode::UNAVAILABLE, ""}}});
  v1::ListModelsRequest request;
  v1::ListModelsResponse response;
  std::promise<std::pair<absl::Status, int64_t>> end;
  const auto call = NewCall(
      [&](grpc::ClientContext* context, RetriedCall::AttemptDone done) {
        stub->async()->ListModels(context, &request, &response,
                                  std::move(done));
      },
      [&](absl::Status status) {
        end.set_value({std::move(status), channel.use_count()});
      });
  call->Start();
  const auto [status, references_at_end] = end.get_future().get();
  EXPECT_THAT(status, IsOk());
  EXPECT_EQ(references_at_end, references);
}

TEST_F(RetriedCallTest, ACallThatIsCancelledFirstMakesNoAttempt) {
  int attempts = 0;
  absl::Status end;
  const auto call =
      NewCall([&](grpc::ClientContext* /*context*/,
                  const auto& /*done*/) { ++attempts; },
              [&](absl::Status status) { end = std::move(status); });
  call->Cancel();
  call->Start();
  EXPECT_EQ(attempts, 0);
  EXPECT_THAT(end, StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(RetriedCallTest, AFailureThatRacesTheCancellationIsACancelledCall) {
  RetriedCall::AttemptDone end_attempt;
  absl::Status end;
  const auto call = NewCall(
      [&](grpc::ClientContext* /*context*/, RetriedCall::AttemptDone done) {
        end_attempt = std::move(done);
      },
      [&](absl::Status status) { end = std::move(status); });
  call->Start();
  call->Cancel();
  end_attempt(grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining"));
  EXPECT_THAT(end, StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace clip::client
