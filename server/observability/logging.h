#ifndef SERVER_OBSERVABILITY_LOGGING_H_
#define SERVER_OBSERVABILITY_LOGGING_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"

namespace clip::server {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat {
  // time=... level=info event=request method=EncodeImage ...
  kKeyValue,
  // One JSON object a line.
  kJson,
};

// "debug", "info", "warning" or "error"; else INVALID_ARGUMENT.
absl::StatusOr<LogLevel> ParseLogLevel(std::string_view name);
// "text" or "json"; else INVALID_ARGUMENT.
absl::StatusOr<LogFormat> ParseLogFormat(std::string_view name);

// One key and its value. The key is a literal of ours; the value may be
// anything and is quoted as the format needs, so it cannot forge a line.
struct LogField {
  using Value = std::variant<std::string_view, int64_t, double, bool>;

  LogField(std::string_view key, std::string_view value);
  LogField(std::string_view key, const char* value);
  LogField(std::string_view key, const std::string& value);
  LogField(std::string_view key, int value);
  LogField(std::string_view key, int64_t value);
  LogField(std::string_view key, size_t value);
  LogField(std::string_view key, double value);
  LogField(std::string_view key, bool value);

  std::string_view key;
  Value value;
};

struct LoggerOptions {
  // Lines below it cost nothing and are not written.
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kKeyValue;
  // Lines that may wait to be written; beyond it the oldest are dropped and
  // counted, so that a blocked standard error never blocks a call.
  size_t queue_lines = 8192;
  // Where lines go; a descriptor that the caller keeps open.
  int file_descriptor = 2;
};

// Writes one structured line for each event, from a thread of its own.
//
//   logger.Log(LogLevel::kInfo, "request",
//              {{"request_id", id}, {"code", "OK"}, {"seconds", 0.012}});
//
// Thread-safe and non-blocking. The caller never passes picture bytes, texts,
// keys or tokens.
class Logger {
 public:
  static absl::StatusOr<std::unique_ptr<Logger>> Create(
      const LoggerOptions& options);

  // Writes what waits, unless the descriptor is blocked.
  ~Logger();

  // `event` is a short literal of ours.
  void Log(LogLevel level, std::string_view event,
           std::initializer_list<LogField> fields);

  // Lines dropped because the queue was full.
  int64_t dropped_lines() const;

 private:
  class Impl;
  explicit Logger(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_LOGGING_H_
