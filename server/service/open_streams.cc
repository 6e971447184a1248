#include "server/service/open_streams.h"

#include <vector>

#include "absl/time/time.h"
#include "server/service/errors.h"

namespace clip::server {
namespace {

// Streams are long: a place is not free again in a moment.
constexpr absl::Duration kRetryDelay = absl::Seconds(1);

}  // namespace

absl::Status OpenStreams::Add(const std::shared_ptr<OpenStream>& stream) {
  {
    batching::MutexLock lock(mutex_);
    if (draining_) return Draining();
    if (streams_.size() >= static_cast<size_t>(max_streams_)) {
      return Overloaded(kRetryDelay);
    }
    streams_.emplace(stream.get(), stream);
  }
  observer_.OnStreamsChanged(1);
  return absl::OkStatus();
}

void OpenStreams::Remove(const OpenStream* stream) {
  {
    batching::MutexLock lock(mutex_);
    if (streams_.erase(stream) == 0) return;
  }
  observer_.OnStreamsChanged(-1);
}

void OpenStreams::Drain() {
  std::vector<std::shared_ptr<OpenStream>> open;
  {
    batching::MutexLock lock(mutex_);
    draining_ = true;
    for (const auto& [key, stream] : streams_) {
      if (auto held = stream.lock()) open.push_back(std::move(held));
    }
  }
  for (const auto& stream : open) stream->Drain();
}

}  // namespace clip::server
