#include "server/observability/file_descriptor_sink.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace clip::server {
namespace {

// Short enough that StopWaiting takes effect soon.
constexpr int kPollMilliseconds = 50;

}  // namespace

bool FileDescriptorSink::AwaitWritable() const {
  pollfd descriptor{file_descriptor_, POLLOUT, 0};
  while (true) {
    const bool wait = waits_.load(std::memory_order_relaxed);
    const int ready = poll(&descriptor, 1, wait ? kPollMilliseconds : 0);
    if (ready > 0) return (descriptor.revents & POLLOUT) != 0;
    if (ready < 0 && errno != EINTR) return false;
    if (ready == 0 && !wait) return false;
  }
}

bool FileDescriptorSink::Write(std::string_view line) const {
  while (!line.empty()) {
    if (!AwaitWritable()) return false;
    const ssize_t written = write(file_descriptor_, line.data(), line.size());
    if (written < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (written > 0) line.remove_prefix(written);
  }
  return true;
}

void FileDescriptorSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t formatted;
  formatter_->format(message, formatted);
  if (!Write({formatted.data(), formatted.size()})) {
    dropped_lines_.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace clip::server
