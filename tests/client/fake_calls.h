#ifndef TESTS_CLIENT_FAKE_CALLS_H_
#define TESTS_CLIENT_FAKE_CALLS_H_

#include <grpcpp/server_context.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "client/mutex.h"
#include "tests/client/scripted_answer.h"

namespace clip::client {

// The calls of a FakeClipServer: how each is to be answered, and which came.
// Thread-safe.
class FakeCalls {
 public:
  // The next calls get these answers, later ones the usual answer.
  void Script(std::deque<ScriptedAnswer> answers) ABSL_LOCKS_EXCLUDED(mutex_);

  // Notes the call and plays the next scripted answer.
  ScriptedAnswer Enter(const std::string& method, grpc::ServerContext* context)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Leave() ABSL_LOCKS_EXCLUDED(mutex_);

  // Methods called, in order, scripted failures included.
  std::vector<std::string> methods() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The metadata x-clip-priority of every call, empty where it has none.
  std::vector<std::string> priorities() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The most calls that were between Enter and Leave at once.
  int most_in_flight() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns when so many calls have arrived.
  void AwaitCalls(size_t count) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable Mutex mutex_;
  std::condition_variable called_;
  std::deque<ScriptedAnswer> script_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> methods_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> priorities_ ABSL_GUARDED_BY(mutex_);
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  int most_in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace clip::client

#endif  // TESTS_CLIENT_FAKE_CALLS_H_
