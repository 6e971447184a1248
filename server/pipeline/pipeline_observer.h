#ifndef SERVER_PIPELINE_PIPELINE_OBSERVER_H_
#define SERVER_PIPELINE_PIPELINE_OBSERVER_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/time/time.h"
#include "server/admission/reject_reason.h"
#include "server/batching/batch_observer.h"
#include "server/batching/lane.h"

namespace clip::server {

// Where an item came from: the cache, a computation of its own, or one that was
// under way for another call.
enum class CacheResult { kHit, kMiss, kMerge };

inline constexpr std::array<CacheResult, 3> kCacheResults = {
    CacheResult::kHit, CacheResult::kMiss, CacheResult::kMerge};

// The label of clip_cache_requests_total.
constexpr std::string_view CacheResultName(CacheResult result) {
  switch (result) {
    case CacheResult::kHit:
      return "hit";
    case CacheResult::kMiss:
      return "miss";
    case CacheResult::kMerge:
      return "merge";
  }
  return "unknown";
}

// Why a batch was run again in halves: memory was too short for all of it, or
// the model failed and the row that is to blame is looked for.
enum class SplitReason { kMemory, kFailure };

inline constexpr std::array<SplitReason, 2> kSplitReasons = {
    SplitReason::kMemory, SplitReason::kFailure};

// The label of clip_batch_splits_total.
constexpr std::string_view SplitReasonName(SplitReason reason) {
  return reason == SplitReason::kMemory ? "memory" : "failure";
}

// Sees what a pipeline does, its queue and its executor included. Thread-safe,
// quick, and called under no lock. Every method does nothing by default.
class PipelineObserver : public batching::BatchObserver {
 public:
  // One picture was decoded and resized, or one text tokenized, well or not,
  // in `elapsed` of a worker.
  virtual void OnPreprocessed(batching::Lane /*lane*/,
                              absl::Duration /*elapsed*/) {}

  // A batch took `elapsed` on a device, named as its encoder names it.
  virtual void OnDeviceUsed(std::string_view /*device*/,
                            absl::Duration /*elapsed*/) {}

  // A batch, or a part of one, is run again in halves.
  virtual void OnBatchSplit(SplitReason /*reason*/) {}

  // An item was looked up in the cache: once for each item, also where it waits
  // for a call that fails and is computed after all.
  virtual void OnCacheLookup(CacheResult /*result*/) {}

  // So many more bytes are kept in the cache; fewer where negative.
  virtual void OnCacheChanged(int64_t /*delta*/) {}

  // A call was refused.
  virtual void OnRejected(RejectReason /*reason*/) {}
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_PIPELINE_OBSERVER_H_
