#include "server/observability/logging.h"

#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "server/observability/file_descriptor_sink.h"
#include "server/observability/log_line.h"
#include "spdlog/async_logger.h"
#include "spdlog/details/thread_pool.h"
#include "spdlog/pattern_formatter.h"

namespace clip::server {
namespace {

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

const char* Pattern(LogFormat format) {
  return format == LogFormat::kJson
             ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
             : "time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v";
}

}  // namespace

absl::StatusOr<LogLevel> ParseLogLevel(std::string_view name) {
  if (name == "debug") return LogLevel::kDebug;
  if (name == "info") return LogLevel::kInfo;
  if (name == "warning") return LogLevel::kWarning;
  if (name == "error") return LogLevel::kError;
  return absl::InvalidArgumentError(fmt::format(
      "unknown log level {:?}; use debug, info, warning or error", name));
}

absl::StatusOr<LogFormat> ParseLogFormat(std::string_view name) {
  if (name == "text") return LogFormat::kKeyValue;
  if (name == "json") return LogFormat::kJson;
  return absl::InvalidArgumentError(
      fmt::format("unknown log format {:?}; use text or json", name));
}

LogField::LogField(std::string_view key, std::string_view value)
    : key(key), value(value) {}
LogField::LogField(std::string_view key, const char* value)
    : key(key), value(std::string_view(value)) {}
LogField::LogField(std::string_view key, const std::string& value)
    : key(key), value(std::string_view(value)) {}
LogField::LogField(std::string_view key, int value)
    : key(key), value(int64_t{value}) {}
LogField::LogField(std::string_view key, int64_t value)
    : key(key), value(value) {}
LogField::LogField(std::string_view key, size_t value)
    : key(key), value(static_cast<int64_t>(value)) {}
LogField::LogField(std::string_view key, double value)
    : key(key), value(value) {}
LogField::LogField(std::string_view key, bool value) : key(key), value(value) {}

class Logger::Impl {
 public:
  explicit Impl(const LoggerOptions& options)
      : format_(options.format),
        sink_(std::make_shared<FileDescriptorSink>(options.file_descriptor)),
        pool_(std::make_shared<spdlog::details::thread_pool>(
            options.queue_lines, /*threads_n=*/1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "clip", sink_, pool_,
            spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_level(SpdlogLevel(options.level));
    logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        Pattern(options.format), spdlog::pattern_time_type::utc));
  }

  // The pool's thread writes what is queued before it ends.
  ~Impl() { sink_->StopWaiting(); }

  void Log(LogLevel level, std::string_view event,
           std::initializer_list<LogField> fields) {
    const spdlog::level::level_enum spdlog_level = SpdlogLevel(level);
    if (!logger_->should_log(spdlog_level)) return;
    logger_->log(spdlog_level,
                 spdlog::string_view_t(FormatLogLine(format_, event, fields)));
  }

  int64_t dropped_lines() const {
    return static_cast<int64_t>(pool_->overrun_counter()) +
           sink_->dropped_lines();
  }

 private:
  const LogFormat format_;
  const std::shared_ptr<FileDescriptorSink> sink_;
  // The pool goes last but for the sink: its queued lines hold the logger.
  const std::shared_ptr<spdlog::details::thread_pool> pool_;
  const std::shared_ptr<spdlog::async_logger> logger_;
};

absl::StatusOr<std::unique_ptr<Logger>> Logger::Create(
    const LoggerOptions& options) {
  if (options.queue_lines == 0) {
    return absl::InvalidArgumentError("the log queue must hold a line");
  }
  return std::unique_ptr<Logger>(new Logger(std::make_unique<Impl>(options)));
}

Logger::Logger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Logger::~Logger() = default;

void Logger::Log(LogLevel level, std::string_view event,
                 std::initializer_list<LogField> fields) {
  impl_->Log(level, event, fields);
}

int64_t Logger::dropped_lines() const { return impl_->dropped_lines(); }

}  // namespace clip::server
