#ifndef SERVER_PIPELINE_CANCELLATION_H_
#define SERVER_PIPELINE_CANCELLATION_H_

#include <atomic>

namespace clip::server {

// A flag that says that nobody waits for a call any more. Thread-safe. It only
// ever goes from false to true.
class Cancellation {
 public:
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool IsCancelled() const {
    return cancelled_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> cancelled_{false};
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_CANCELLATION_H_
