#ifndef SERVER_OBSERVABILITY_METRICS_H_
#define SERVER_OBSERVABILITY_METRICS_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/admission/reject_reason.h"
#include "server/batching/lane.h"
#include "server/observability/rpc_method.h"
#include "server/pipeline/pipeline_observer.h"

namespace prometheus {
class Registry;
}  // namespace prometheus

namespace clip::server {

// The labels of clip_model_info.
struct ModelInfoLabels {
  std::string model;  // The name under which it is served.
  std::string architecture;
  std::string dtype;
  std::string device;
  std::string checkpoint_sha256;
  int embed_dim = 0;
};

// Every metric of the server, in seconds, bytes and items. It sees the
// pipelines as their observer; the service records its calls.
//
// Thread-safe; recording allocates nothing and takes at most the short lock of
// one histogram, except in the model methods, which are meant for the start
// and end of a model. All series
// exist from the start, so that they show as 0, and no label comes from a
// caller.
class Metrics final : public PipelineObserver {
 public:
  Metrics();
  ~Metrics() override;

  // One finished call: its code and its time from arrival to reply.
  void RecordRequest(RpcMethod method, absl::StatusCode code,
                     absl::Duration elapsed);

  // Building and serializing one reply.
  void RecordRespond(absl::Duration elapsed);

  // A call that never reached a pipeline: pipelines report their own.
  void RecordRejected(RejectReason reason);

  // Of all devices of a model, separated by commas as its labels have them,
  // there is a series afterwards.
  // REQUIRES: called once a model.
  void SetModelInfo(const ModelInfoLabels& labels);
  void SetModelReady(std::string_view model, bool ready);

  // One item of a stream has been answered.
  void RecordStreamItem(absl::StatusCode code);

  // So many more streams are open; fewer where negative.
  void AddStreams(int delta);

  // So many more label sets, of all models, are kept; fewer where negative.
  void AddLabelSets(int delta);

  // What a MetricsServer serves.
  std::shared_ptr<prometheus::Registry> registry() const;

  // PipelineObserver.
  void OnQueueChanged(batching::Lane lane, int delta) override;
  void OnItemTaken(batching::Line line, absl::Duration waited) override;
  void OnItemExpired(batching::Lane lane) override;
  void OnItemCancelled(batching::Lane lane) override;
  void OnBatchFinished(batching::Lane lane, int items,
                       absl::Duration elapsed) override;
  void OnBatchTimeKnown(batching::Lane lane, absl::Duration predicted,
                        absl::Duration elapsed) override;
  void OnPreprocessed(batching::Lane lane, absl::Duration elapsed) override;
  void OnDeviceUsed(std::string_view device, absl::Duration elapsed) override;
  void OnBatchSplit(SplitReason reason) override;
  void OnCacheLookup(CacheResult result) override;
  void OnCacheChanged(int64_t delta) override;
  void OnRejected(RejectReason reason) override;

 private:
  class Series;
  std::unique_ptr<Series> series_;
};

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_METRICS_H_
