#include "server/pipeline/call_line.h"

#include <utility>
#include <variant>

#include "absl/time/time.h"

namespace clip::server {
namespace {

using batching::kPriorities;
using batching::Priority;

// Whether waiting may change the answer.
bool MayWait(const AdmissionResult& result) {
  const auto* refusal = std::get_if<AdmissionRefusal>(&result);
  if (refusal == nullptr) return false;
  switch (refusal->reason) {
    case RejectReason::kQueueFull:
    case RejectReason::kBytes:
    case RejectReason::kWait:
      return true;
    default:
      return false;
  }
}

AdmissionRefusal Draining() {
  return {RejectReason::kDraining, absl::ZeroDuration()};
}

}  // namespace

std::optional<CallLine::Outcome> CallLine::Enter(ArrivedCall call) {
  const bool waits = call.options.on_admitted != nullptr;
  if (!waits) {
    AdmissionResult result = ask_(call);
    return Outcome{std::move(call), std::move(result)};
  }
  batching::MutexLock lock(mutex_);
  if (closed_) return Outcome{std::move(call), Draining()};
  auto& line = lines_[call.options.priority];
  if (line.empty()) {
    AdmissionResult result = ask_(call);
    if (!MayWait(result)) return Outcome{std::move(call), std::move(result)};
  }
  line.push_back(std::move(call));
  return std::nullopt;
}

std::vector<CallLine::Outcome> CallLine::Advance() {
  std::vector<Outcome> outcomes;
  batching::MutexLock lock(mutex_);
  for (const Priority priority : kPriorities) {
    auto& line = lines_[priority];
    while (!line.empty()) {
      AdmissionResult result = ask_(line.front());
      if (MayWait(result)) break;
      outcomes.push_back({std::move(line.front()), std::move(result)});
      line.pop_front();
    }
  }
  return outcomes;
}

std::vector<CallLine::Outcome> CallLine::Close() {
  std::vector<Outcome> outcomes;
  batching::MutexLock lock(mutex_);
  closed_ = true;
  for (const Priority priority : kPriorities) {
    for (ArrivedCall& call : lines_[priority]) {
      outcomes.push_back({std::move(call), Draining()});
    }
    lines_[priority].clear();
  }
  return outcomes;
}

}  // namespace clip::server
