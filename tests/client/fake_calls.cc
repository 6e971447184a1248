#include "tests/client/fake_calls.h"

#include <algorithm>
#include <utility>

namespace clip::client {
namespace {

std::string PriorityOf(const grpc::ServerContext& context) {
  const auto found = context.client_metadata().find("x-clip-priority");
  if (found == context.client_metadata().end()) return "";
  return {found->second.data(), found->second.size()};
}

}  // namespace

void FakeCalls::Script(std::deque<ScriptedAnswer> answers) {
  MutexLock lock(mutex_);
  script_ = std::move(answers);
}

ScriptedAnswer FakeCalls::Enter(const std::string& method,
                                grpc::ServerContext* context) {
  ScriptedAnswer answer;
  {
    MutexLock lock(mutex_);
    methods_.push_back(method);
    priorities_.push_back(PriorityOf(*context));
    most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
    if (!script_.empty()) {
      answer = script_.front();
      script_.pop_front();
    }
  }
  called_.notify_all();
  if (answer.gate != nullptr) answer.gate->Wait();
  if (answer.pushback.has_value()) {
    context->AddTrailingMetadata("grpc-retry-pushback-ms", *answer.pushback);
  }
  return answer;
}

void FakeCalls::Leave() {
  MutexLock lock(mutex_);
  --in_flight_;
}

std::vector<std::string> FakeCalls::methods() const {
  MutexLock lock(mutex_);
  return methods_;
}

std::vector<std::string> FakeCalls::priorities() const {
  MutexLock lock(mutex_);
  return priorities_;
}

int FakeCalls::most_in_flight() const {
  MutexLock lock(mutex_);
  return most_in_flight_;
}

void FakeCalls::AwaitCalls(size_t count) {
  MutexLock lock(mutex_);
  while (methods_.size() < count) mutex_.Wait(called_);
}

}  // namespace clip::client
