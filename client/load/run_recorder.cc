#include "client/load/run_recorder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/load/stability.h"

namespace clip::client::load {
namespace {

constexpr size_t kMaxExampleBytes = 300;

std::string ExampleOf(const absl::Status& status) {
  return absl::StrCat(absl::StatusCodeToString(status.code()), ": ",
                      status.message())
      .substr(0, kMaxExampleBytes);
}

void AddTiming(const Timing& timing, ServerTiming& sums) {
  ++sums.calls;
  sums.preprocess += timing.preprocess;
  sums.queue += timing.queue;
  sums.forward += timing.forward;
  sums.total += timing.total;
}

void AddCall(const RunRecorder::Call& call, CallStatistics& statistics) {
  statistics.outcomes.Add(call.outcome);
  if (IsGood(call.outcome)) statistics.latency.Record(call.latency);
}

}  // namespace

void RunRecorder::RecordSend(absl::Duration due, absl::Duration lag) {
  if (due < options_.warm_up) {
    ++result_.warm_up_calls;
    return;
  }
  result_.send_lag.Record(lag);
}

void RunRecorder::RecordEnd(const Call& call) {
  if (IsGood(call.outcome)) recent_.Record(call.latency);
  if (call.due < options_.warm_up) return;
  AddCall(call, result_);
  AddCall(call, result_.by_kind[static_cast<size_t>(call.spec->kind)]);
  AddCall(call, WindowAt(call.due));
  const bool was_sent = call.outcome != Outcome::kNotSent;
  if (IsBad(call.outcome) && was_sent) {
    result_.failure_latency.Record(call.latency);
  }
  // Who went away is not kept waiting.
  if (call.outcome == Outcome::kCancelledAsAsked) return;
  if (call.latency > options_.late_after || !was_sent) ++result_.late;
  if (call.result == nullptr) return;
  if (!IsGood(call.outcome)) {
    std::string& example = result_.examples[static_cast<size_t>(call.outcome)];
    if (example.empty()) example = ExampleOf(call.result->status);
    return;
  }
  result_.checked_items += call.result->checked_items;
  // Zero where the server says nothing of its time.
  if (call.result->timing.has_value() &&
      call.result->timing->total > absl::ZeroDuration()) {
    AddTiming(*call.result->timing, result_.server);
  }
}

WindowResult& RunRecorder::WindowAt(absl::Duration due) {
  const auto index = static_cast<size_t>(
      absl::FDivDuration(due - options_.warm_up, options_.window));
  while (result_.windows.size() <= index) {
    WindowResult window;
    window.start =
        static_cast<double>(result_.windows.size()) * options_.window;
    window.length = options_.window;
    result_.windows.push_back(std::move(window));
  }
  return result_.windows[index];
}

LatencyHistogram RunRecorder::TakeRecent() {
  return std::exchange(recent_, LatencyHistogram());
}

bool RunRecorder::HasSettled(absl::Duration elapsed) const {
  const double complete =
      absl::FDivDuration(elapsed - options_.warm_up, options_.window) - 1;
  if (complete < 0) return false;
  const size_t count =
      std::min(static_cast<size_t>(complete), result_.windows.size());
  return IsStable({result_.windows.data(), count});
}

RunResult RunRecorder::Finish(absl::Duration length) {
  result_.measured = std::max(length - options_.warm_up, absl::ZeroDuration());
  if (!result_.windows.empty()) {
    WindowResult& last = result_.windows.back();
    last.length = std::min(last.length, result_.measured - last.start);
    // A trace may end with the call that opens a window.
    if (last.length <= absl::ZeroDuration()) last.length = options_.window;
  }
  return std::move(result_);
}

}  // namespace clip::client::load
