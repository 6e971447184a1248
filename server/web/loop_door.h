#ifndef SERVER_WEB_LOOP_DOOR_H_
#define SERVER_WEB_LOOP_DOOR_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <utility>

#include "server/batching/mutex.h"

namespace clip::server {

// Hands work to an event loop that may be gone: an answer may come back later
// than its server lives. Thread-safe.
class LoopDoor {
 public:
  // `loop` must live until Close.
  void Open(boost::asio::io_context& loop) {
    batching::MutexLock lock(mutex_);
    loop_ = &loop;
  }

  // `work` runs on the loop's thread, never here; dropped where the door is not
  // open.
  void Post(std::function<void()> work) {
    batching::MutexLock lock(mutex_);
    if (loop_ != nullptr) boost::asio::post(*loop_, std::move(work));
  }

  void Close() {
    batching::MutexLock lock(mutex_);
    loop_ = nullptr;
  }

 private:
  batching::Mutex mutex_;
  boost::asio::io_context* loop_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace clip::server

#endif  // SERVER_WEB_LOOP_DOOR_H_
