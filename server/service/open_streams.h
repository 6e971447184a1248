#ifndef SERVER_SERVICE_OPEN_STREAMS_H_
#define SERVER_SERVICE_OPEN_STREAMS_H_

#include <map>
#include <memory>

#include "absl/status/status.h"
#include "server/batching/mutex.h"
#include "server/service/call_observer.h"

namespace clip::server {

// A call that goes on until somebody ends it.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  // The server goes: take nothing more, answer what was taken, and end.
  virtual void Drain() = 0;
};

// The streams that are open: bounds their number, and tells them when the
// server goes. Thread-safe.
class OpenStreams {
 public:
  // `observer` must outlive it.
  OpenStreams(int max_streams, CallObserver& observer)
      : max_streams_(max_streams), observer_(observer) {}

  // RESOURCE_EXHAUSTED where max_streams are open, UNAVAILABLE after Drain.
  absl::Status Add(const std::shared_ptr<OpenStream>& stream);
  // Does nothing for a stream that was not added.
  void Remove(const OpenStream* stream);

  // Drains every stream, under no lock. No stream is added from now on.
  void Drain();

 private:
  const int max_streams_;
  CallObserver& observer_;
  batching::Mutex mutex_;
  std::map<const OpenStream*, std::weak_ptr<OpenStream>> streams_
      ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_OPEN_STREAMS_H_
