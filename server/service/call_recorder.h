#ifndef SERVER_SERVICE_CALL_RECORDER_H_
#define SERVER_SERVICE_CALL_RECORDER_H_

#include "server/batching/clock.h"
#include "server/observability/log_limiter.h"
#include "server/observability/logging.h"
#include "server/observability/metrics.h"
#include "server/service/call_observer.h"

namespace clip::server {

// Writes every call into the metrics, and into the log:
//   INTERNAL        an error line each, with the cause
//   other failures  info, at most one line a second with the number left out
//   OK              debug
// items of a stream, of which only those with INTERNAL are logged, and every
// change of a label set, as info.
//
// Thread-safe. Everything it gets must outlive it.
class CallRecorder final : public CallObserver {
 public:
  CallRecorder(Metrics& metrics, Logger& logger, batching::Clock& clock);

  void OnCallFinished(const CallRecord& record) override;
  void OnStreamItem(const StreamItemRecord& record) override;
  void OnStreamsChanged(int delta) override;
  void OnLabelSetChanged(const LabelSetChange& change) override;

 private:
  void Log(LogLevel level, const CallRecord& record, int64_t suppressed);

  Metrics& metrics_;
  Logger& logger_;
  batching::Clock& clock_;
  LogLimiter refusals_;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_CALL_RECORDER_H_
