#ifndef SERVER_OBSERVABILITY_FILE_DESCRIPTOR_SINK_H_
#define SERVER_OBSERVABILITY_FILE_DESCRIPTOR_SINK_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "spdlog/sinks/base_sink.h"

namespace clip::server {

// Writes lines to a descriptor that somebody else may have stopped reading.
//
// Thread-safe. The descriptor stays open as long as the sink.
class FileDescriptorSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FileDescriptorSink(int file_descriptor)
      : file_descriptor_(file_descriptor) {}

  // From now on a line that cannot be written at once is dropped.
  void StopWaiting() { waits_.store(false, std::memory_order_relaxed); }

  int64_t dropped_lines() const {
    return dropped_lines_.load(std::memory_order_relaxed);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

 private:
  bool AwaitWritable() const;
  bool Write(std::string_view line) const;

  const int file_descriptor_;
  std::atomic<bool> waits_{true};
  std::atomic<int64_t> dropped_lines_{0};
};

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_FILE_DESCRIPTOR_SINK_H_
