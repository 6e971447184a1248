#ifndef TESTS_CLIENT_STREAM_ANSWERS_H_
#define TESTS_CLIENT_STREAM_ANSWERS_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/encode_stream.h"
#include "client/mutex.h"

namespace clip::client {

// The answers of one stream, in the order in which they came. Thread-safe.
class StreamAnswers {
 public:
  EncodeStream::Answer Taker() {
    return [this](uint64_t id, absl::StatusOr<StreamReply> reply) {
      MutexLock lock(mutex_);
      order_.push_back(id);
      replies_.emplace(id, std::move(reply));
      changed_.notify_all();
    };
  }

  std::vector<uint64_t> order() const {
    MutexLock lock(mutex_);
    return order_;
  }
  absl::StatusOr<StreamReply> of(uint64_t id) const {
    MutexLock lock(mutex_);
    const auto found = replies_.find(id);
    if (found == replies_.end()) return absl::NotFoundError("no answer");
    return found->second;
  }
  void Await(size_t count) {
    MutexLock lock(mutex_);
    while (order_.size() < count) mutex_.Wait(changed_);
  }

 private:
  mutable Mutex mutex_;
  std::condition_variable changed_;
  std::vector<uint64_t> order_;
  std::map<uint64_t, absl::StatusOr<StreamReply>> replies_;
};

}  // namespace clip::client

#endif  // TESTS_CLIENT_STREAM_ANSWERS_H_
