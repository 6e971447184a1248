#ifndef TESTS_CLIENT_LOAD_FAKE_LOAD_TARGET_H_
#define TESTS_CLIENT_LOAD_FAKE_LOAD_TARGET_H_

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "client/load/load_target.h"
#include "tests/client/load/fake_load_clock.h"

namespace clip::client::load {

// A server on a FakeLoadClock: it answers each call after a time and with a
// status that the test decides.
class FakeLoadTarget final : public LoadTarget {
 public:
  struct Answer {
    absl::Duration after;
    absl::Status status = absl::OkStatus();
    std::optional<Timing> timing = std::nullopt;
    size_t checked_items = 0;
  };

  // `answer` gets the time since the first moment.
  FakeLoadTarget(FakeLoadClock* clock,
                 std::function<Answer(absl::Duration)> answer)
      : clock_(clock), start_(clock->Now()), answer_(std::move(answer)) {}

  void Start(const CallSpec& spec,
             std::function<void(CallResult)> done) override {
    starts.push_back(clock_->Now() - start_);
    clock_->Spend(send_cost);
    const Answer answer = answer_(clock_->Now() - start_);
    const uint64_t index = spec.index;
    pending_[index] = std::move(done);
    most_in_flight = std::max(most_in_flight, pending_.size());
    clock_->At(clock_->Now() + answer.after, [this, index, answer] {
      End(index, {answer.status, answer.timing, answer.checked_items});
    });
  }

  void Cancel(uint64_t index) override {
    cancels.push_back({index, clock_->Now() - start_});
    End(index, {absl::CancelledError("")});
  }

  void CancelAll() override {
    cancelled = true;
    for (const auto& [index, done] : pending_) {
      clock_->At(clock_->Now(), [this, index = index] {
        End(index, {absl::CancelledError("")});
      });
    }
  }

  // What one sending keeps the thread busy.
  absl::Duration send_cost = absl::ZeroDuration();
  bool cancelled = false;
  size_t most_in_flight = 0;
  // Which calls were cancelled one by one, and when.
  std::vector<std::pair<uint64_t, absl::Duration>> cancels;
  // When the calls came, since the first moment.
  std::vector<absl::Duration> starts;

 private:
  void End(uint64_t index, CallResult result) {
    auto call = pending_.extract(index);
    if (!call.empty()) call.mapped()(std::move(result));
  }

  FakeLoadClock* const clock_;
  const absl::Time start_;
  const std::function<Answer(absl::Duration)> answer_;
  std::map<uint64_t, std::function<void(CallResult)>> pending_;
};

}  // namespace clip::client::load

#endif  // TESTS_CLIENT_LOAD_FAKE_LOAD_TARGET_H_
