#include "server/observability/metrics.h"

#include <array>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "fmt/format.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "server/batching/mutex.h"

namespace clip::server {
namespace {

using batching::kLanes;
using batching::Lane;
using batching::LaneName;
using batching::PerLane;
using batching::Priority;
using Buckets = prometheus::Histogram::BucketBoundaries;
using Labels = prometheus::Labels;

// absl's canonical codes are 0 (OK) to 16.
constexpr size_t kStatusCodes = 17;

// Seconds. From a cached health of a fast GPU to a queue that is given up.
Buckets RequestBuckets() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
          0.25,  0.5,    1.0,   2.5,  5.0,   10.0, 30.0};
}

// Seconds. A text is tokenized in microseconds, a large picture decoded in
// hundreds of milliseconds.
Buckets StageBuckets() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
          0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0,  10.0};
}

// Items.
Buckets BatchBuckets() { return {1, 2, 4, 8, 16, 32, 64, 128, 256}; }

// What a batch took in parts of what was predicted: closest around 1.
Buckets TimeRatioBuckets() {
  return {0.25, 0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 4.0};
}

std::string CodeName(size_t code) {
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
}

size_t IndexOf(absl::StatusCode code) {
  const auto index = static_cast<size_t>(code);
  return index < kStatusCodes ? index
                              : static_cast<size_t>(absl::StatusCode::kUnknown);
}

double Seconds(absl::Duration duration) {
  return absl::ToDoubleSeconds(duration);
}

}  // namespace

// Every series, made at once; recording is an array access.
class Metrics::Series {
 public:
  Series()
      : registry(std::make_shared<prometheus::Registry>()),
        model_info(prometheus::BuildGauge()
                       .Name("clip_model_info")
                       .Help("1 for each loaded model; its labels say which.")
                       .Register(*registry)),
        model_ready(prometheus::BuildGauge()
                        .Name("clip_model_ready")
                        .Help("1 where the model answers calls, else 0.")
                        .Register(*registry)),
        label_sets(prometheus::BuildGauge()
                       .Name("clip_label_sets")
                       .Help("Label sets that are kept for Similarity.")
                       .Register(*registry)
                       .Add({})),
        device_seconds(prometheus::BuildCounter()
                           .Name("clip_device_batch_seconds_total")
                           .Help("Time that batches took on the device.")
                           .Register(*registry)),
        streams(prometheus::BuildGauge()
                    .Name("clip_streams")
                    .Help("Open EncodeStream calls.")
                    .Register(*registry)
                    .Add({})) {
    AddRequests();
    AddStages();
    AddTowers();
    AddSplits();
    AddRejections();
    AddCache();
  }

  const std::shared_ptr<prometheus::Registry> registry;
  prometheus::Family<prometheus::Gauge>& model_info;
  prometheus::Family<prometheus::Gauge>& model_ready;
  prometheus::Gauge& label_sets;
  prometheus::Family<prometheus::Counter>& device_seconds;
  prometheus::Gauge& streams;
  std::array<prometheus::Counter*, kStatusCodes> stream_items;
  std::array<std::array<prometheus::Counter*, kStatusCodes>, kRpcMethods.size()>
      requests;
  std::array<prometheus::Histogram*, kRpcMethods.size()> request_duration;
  prometheus::Histogram* decode;
  prometheus::Histogram* tokenize;
  batching::PerPriority<prometheus::Histogram*> queue;
  prometheus::Histogram* forward;
  prometheus::Histogram* respond;
  PerLane<prometheus::Counter*> items;
  PerLane<prometheus::Histogram*> batch_size;
  PerLane<prometheus::Histogram*> batch_time_ratio;
  PerLane<prometheus::Gauge*> queue_items;
  std::array<prometheus::Counter*, kSplitReasons.size()> batch_splits;
  std::array<prometheus::Counter*, kRejectReasons.size()> rejected;
  std::array<prometheus::Counter*, kCacheResults.size()> cache_requests;
  prometheus::Gauge* cache_bytes;

  void AddDevice(const std::string& device) {
    batching::MutexLock lock(devices_mutex_);
    devices_[device] = &device_seconds.Add({{"device", device}});
  }

  void CountDevice(std::string_view device, double seconds) {
    batching::MutexLock lock(devices_mutex_);
    const auto found = devices_.find(device);
    if (found != devices_.end()) found->second->Increment(seconds);
  }

 private:
  void AddRequests() {
    auto& total = prometheus::BuildCounter()
                      .Name("clip_requests_total")
                      .Help("Finished calls by method and status code.")
                      .Register(*registry);
    auto& duration = prometheus::BuildHistogram()
                         .Name("clip_request_duration_seconds")
                         .Help("Time from a call's arrival to its reply.")
                         .Register(*registry);
    for (const RpcMethod method : kRpcMethods) {
      const auto index = static_cast<size_t>(method);
      const Labels labels = {{"method", std::string(RpcMethodName(method))}};
      request_duration[index] = &duration.Add(labels, RequestBuckets());
      for (size_t code = 0; code < kStatusCodes; ++code) {
        Labels with_code = labels;
        with_code["code"] = CodeName(code);
        requests[index][code] = &total.Add(with_code);
      }
    }
    auto& items = prometheus::BuildCounter()
                      .Name("clip_stream_items_total")
                      .Help("Answered items of EncodeStream by status code.")
                      .Register(*registry);
    for (size_t code = 0; code < kStatusCodes; ++code) {
      stream_items[code] = &items.Add({{"code", CodeName(code)}});
    }
  }

  void AddStages() {
    auto& family =
        prometheus::BuildHistogram()
            .Name("clip_stage_duration_seconds")
            .Help(
                "Time of one item (decode, tokenize, queue, queue_bulk), "
                "batch (forward) or reply (respond) in a stage.")
            .Register(*registry);
    const auto add = [&](const char* stage) {
      return &family.Add({{"stage", stage}}, StageBuckets());
    };
    decode = add("decode");
    tokenize = add("tokenize");
    queue[Priority::kInteractive] = add("queue");
    queue[Priority::kBulk] = add("queue_bulk");
    forward = add("forward");
    respond = add("respond");
  }

  void AddTowers() {
    auto& item_family = prometheus::BuildCounter()
                            .Name("clip_items_total")
                            .Help("Items that a batch has computed.")
                            .Register(*registry);
    auto& size_family = prometheus::BuildHistogram()
                            .Name("clip_batch_size")
                            .Help("Items of a batch.")
                            .Register(*registry);
    auto& ratio_family =
        prometheus::BuildHistogram()
            .Name("clip_batch_time_ratio")
            .Help("Time of a batch in parts of what was predicted for it.")
            .Register(*registry);
    auto& queue_family = prometheus::BuildGauge()
                             .Name("clip_queue_items")
                             .Help("Items that wait for a batch.")
                             .Register(*registry);
    for (const Lane lane : kLanes) {
      const Labels labels = {{"tower", std::string(LaneName(lane))}};
      items[lane] = &item_family.Add(labels);
      batch_size[lane] = &size_family.Add(labels, BatchBuckets());
      batch_time_ratio[lane] = &ratio_family.Add(labels, TimeRatioBuckets());
      queue_items[lane] = &queue_family.Add(labels);
    }
  }

  void AddSplits() {
    auto& family = prometheus::BuildCounter()
                       .Name("clip_batch_splits_total")
                       .Help("Batches that failed and ran again in halves.")
                       .Register(*registry);
    for (const SplitReason reason : kSplitReasons) {
      batch_splits[static_cast<size_t>(reason)] =
          &family.Add({{"reason", std::string(SplitReasonName(reason))}});
    }
  }

  void AddCache() {
    auto& family = prometheus::BuildCounter()
                       .Name("clip_cache_requests_total")
                       .Help("Items looked up in the embedding cache.")
                       .Register(*registry);
    for (const CacheResult result : kCacheResults) {
      cache_requests[static_cast<size_t>(result)] =
          &family.Add({{"result", std::string(CacheResultName(result))}});
    }
    cache_bytes = &prometheus::BuildGauge()
                       .Name("clip_cache_bytes")
                       .Help("Bytes of embeddings that are kept.")
                       .Register(*registry)
                       .Add({});
  }

  void AddRejections() {
    auto& family = prometheus::BuildCounter()
                       .Name("clip_rejected_total")
                       .Help("Calls refused, and items dropped from the queue.")
                       .Register(*registry);
    for (const RejectReason reason : kRejectReasons) {
      rejected[static_cast<size_t>(reason)] =
          &family.Add({{"reason", std::string(RejectReasonName(reason))}});
    }
  }

  batching::Mutex devices_mutex_;
  std::map<std::string, prometheus::Counter*, std::less<>> devices_
      ABSL_GUARDED_BY(devices_mutex_);
};

Metrics::Metrics() : series_(std::make_unique<Series>()) {}
Metrics::~Metrics() = default;

std::shared_ptr<prometheus::Registry> Metrics::registry() const {
  return series_->registry;
}

void Metrics::RecordRequest(RpcMethod method, absl::StatusCode code,
                            absl::Duration elapsed) {
  const auto index = static_cast<size_t>(method);
  series_->requests[index][IndexOf(code)]->Increment();
  series_->request_duration[index]->Observe(Seconds(elapsed));
}

void Metrics::RecordRespond(absl::Duration elapsed) {
  series_->respond->Observe(Seconds(elapsed));
}

void Metrics::RecordRejected(RejectReason reason) {
  series_->rejected[static_cast<size_t>(reason)]->Increment();
}

void Metrics::SetModelInfo(const ModelInfoLabels& labels) {
  series_->model_info
      .Add({{"model", labels.model},
            {"architecture", labels.architecture},
            {"dtype", labels.dtype},
            {"device", labels.device},
            {"checkpoint_sha256", labels.checkpoint_sha256},
            {"embed_dim", fmt::format("{}", labels.embed_dim)}})
      .Set(1);
  for (const absl::string_view device : absl::StrSplit(labels.device, ',')) {
    series_->AddDevice(std::string(device));
  }
}

void Metrics::SetModelReady(std::string_view model, bool ready) {
  series_->model_ready.Add({{"model", std::string(model)}}).Set(ready ? 1 : 0);
}

void Metrics::RecordStreamItem(absl::StatusCode code) {
  series_->stream_items[IndexOf(code)]->Increment();
}

void Metrics::AddStreams(int delta) { series_->streams.Increment(delta); }

void Metrics::AddLabelSets(int delta) { series_->label_sets.Increment(delta); }

void Metrics::OnQueueChanged(Lane lane, int delta) {
  series_->queue_items[lane]->Increment(delta);
}

void Metrics::OnItemTaken(batching::Line line, absl::Duration waited) {
  series_->queue[line.priority]->Observe(Seconds(waited));
}

void Metrics::OnItemExpired(Lane /*lane*/) {
  RecordRejected(RejectReason::kExpiredInQueue);
}

void Metrics::OnItemCancelled(Lane /*lane*/) {
  RecordRejected(RejectReason::kCancelledInQueue);
}

void Metrics::OnBatchFinished(Lane lane, int items, absl::Duration elapsed) {
  series_->items[lane]->Increment(items);
  series_->batch_size[lane]->Observe(items);
  series_->forward->Observe(Seconds(elapsed));
}

void Metrics::OnBatchTimeKnown(Lane lane, absl::Duration predicted,
                               absl::Duration elapsed) {
  series_->batch_time_ratio[lane]->Observe(
      absl::FDivDuration(elapsed, predicted));
}

void Metrics::OnPreprocessed(Lane lane, absl::Duration elapsed) {
  prometheus::Histogram* stage =
      lane == Lane::kImage ? series_->decode : series_->tokenize;
  stage->Observe(Seconds(elapsed));
}

void Metrics::OnDeviceUsed(std::string_view device, absl::Duration elapsed) {
  series_->CountDevice(device, Seconds(elapsed));
}

void Metrics::OnBatchSplit(SplitReason reason) {
  series_->batch_splits[static_cast<size_t>(reason)]->Increment();
}

void Metrics::OnCacheLookup(CacheResult result) {
  series_->cache_requests[static_cast<size_t>(result)]->Increment();
}

void Metrics::OnCacheChanged(int64_t delta) {
  series_->cache_bytes->Increment(static_cast<double>(delta));
}

void Metrics::OnRejected(RejectReason reason) { RecordRejected(reason); }

}  // namespace clip::server
