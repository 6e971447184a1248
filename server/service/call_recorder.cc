#include "server/service/call_recorder.h"

#include <optional>

#include "server/service/grpc_status.h"

namespace clip::server {

CallRecorder::CallRecorder(Metrics& metrics, Logger& logger,
                           batching::Clock& clock)
    : metrics_(metrics), logger_(logger), clock_(clock) {}

void CallRecorder::OnCallFinished(const CallRecord& record) {
  metrics_.RecordRequest(record.method, record.code, record.total);
  if (record.rejected.has_value()) metrics_.RecordRejected(*record.rejected);
  switch (record.code) {
    case absl::StatusCode::kOk:
      metrics_.RecordRespond(record.respond);
      Log(LogLevel::kDebug, record, 0);
      break;
    case absl::StatusCode::kInternal:
      Log(LogLevel::kError, record, 0);
      break;
    default:
      const std::optional<int64_t> suppressed = refusals_.Allow(clock_.Now());
      if (suppressed.has_value()) Log(LogLevel::kInfo, record, *suppressed);
  }
}

void CallRecorder::OnStreamItem(const StreamItemRecord& record) {
  metrics_.RecordStreamItem(record.code);
  if (record.rejected.has_value()) metrics_.RecordRejected(*record.rejected);
  if (record.code != absl::StatusCode::kInternal) return;
  logger_.Log(LogLevel::kError, "stream_item",
              {{"request_id", record.request_id},
               {"code", GrpcCodeName(ToGrpcCode(record.code))},
               {"cause", record.cause}});
}

void CallRecorder::OnStreamsChanged(int delta) { metrics_.AddStreams(delta); }

void CallRecorder::OnLabelSetChanged(const LabelSetChange& change) {
  metrics_.AddLabelSets(change.delta);
  logger_.Log(LogLevel::kInfo,
              change.delta < 0 ? "label_set_deleted" : "label_set_put",
              {{"model", change.model},
               {"name", change.name},
               {"labels", change.labels}});
}

void CallRecorder::Log(LogLevel level, const CallRecord& record,
                       int64_t suppressed) {
  logger_.Log(level, "request",
              {{"request_id", record.request_id},
               {"method", RpcMethodName(record.method)},
               {"code", GrpcCodeName(ToGrpcCode(record.code))},
               {"seconds", absl::ToDoubleSeconds(record.total)},
               {"request_bytes", record.request_bytes},
               {"stream_items", record.stream_items},
               {"cause", record.cause},
               {"suppressed", suppressed}});
}

}  // namespace clip::server
