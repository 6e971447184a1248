#include "server/pipeline/cached_call.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <utility>
#include <variant>

#include "server/pipeline/item_preprocessor.h"

namespace clip::server {
namespace {

// Of an item that waits, beside its input: its parts of the call and of the
// cache.
constexpr size_t kWaiterOverhead = 256;

}  // namespace

CachedCall::CachedCall(Parts parts, EmbeddingCache& cache,
                       EmbeddingPipeline& behind, batching::Clock& clock)
    : parts_(std::move(parts)),
      cache_(cache),
      behind_(behind),
      clock_(clock),
      bytes_beside_(ItemPreprocessor::BytesBeside(
          parts_.items, parts_.options.request_bytes)),
      parts_left_(parts_.items.size() + 1) {
  result_.items.resize(parts_.items.size());
}

// Items that this call computes itself, and the duty to tell the cache how that
// ended: a key that nobody ended would keep its waiters for ever.
class CachedCall::Computation {
 public:
  explicit Computation(std::shared_ptr<CachedCall> call)
      : call_(std::move(call)) {
    indices_.reserve(call_->parts_.items.size());
  }
  ~Computation() {
    CallResult result;
    result.status = absl::InternalError("the items were lost");
    End(std::move(result));
  }
  Computation(const Computation&) = delete;
  Computation& operator=(const Computation&) = delete;

  void Add(size_t index) { indices_.push_back(index); }
  const std::vector<size_t>& indices() const { return indices_; }

  void End(CallResult result) {
    if (ended_.exchange(true) || indices_.empty()) return;
    call_->OnComputed(indices_, std::move(result));
  }

 private:
  const std::shared_ptr<CachedCall> call_;
  std::vector<size_t> indices_;
  std::atomic<bool> ended_{false};
};

void CachedCall::Start() {
  const auto computation = std::make_shared<Computation>(shared_from_this());
  for (size_t i = 0; i < parts_.items.size(); ++i) Look(i, *computation);
  if (!computation->indices().empty()) {
    CallOptions options = parts_.options;
    // Those of its items that wait for others are counted there.
    options.request_bytes = bytes_beside_;
    Compute(computation, std::move(options));
  } else if (parts_.options.on_admitted) {
    // Nothing of it needs room.
    parts_.options.on_admitted();
  }
  EndParts(1);
}

void CachedCall::Look(size_t index, Computation& computation) {
  EmbeddingCache::Waiter waiter;
  waiter.bytes = kWaiterOverhead +
                 ItemPreprocessor::InputBytes(parts_.items[index]) +
                 bytes_beside_ / parts_.items.size();
  waiter.tell = [self = shared_from_this(),
                 index](const EmbeddingCache::Embedding& embedding) {
    self->OnMerged(index, embedding);
  };
  const EmbeddingCache::Found found = cache_.Look(
      parts_.keys[index], parts_.options.priority, std::move(waiter));
  if (std::holds_alternative<EmbeddingCache::Miss>(found)) {
    computation.Add(index);
  } else if (const auto* kept =
                 std::get_if<EmbeddingCache::Embedding>(&found)) {
    Keep(index, **kept);
    EndParts(1);
  }
}

void CachedCall::Compute(std::shared_ptr<Computation> computation,
                         CallOptions options) {
  std::vector<PipelineItem> items;
  items.reserve(computation->indices().size());
  for (const size_t index : computation->indices()) {
    items.push_back(parts_.items[index]);
    options.request_bytes += ItemPreprocessor::InputBytes(items.back());
  }
  behind_.Encode(std::move(items), std::move(options),
                 [computation = std::move(computation)](CallResult result) {
                   computation->End(std::move(result));
                 });
}

void CachedCall::OnComputed(const std::vector<size_t>& indices,
                            CallResult result) {
  const bool succeeded = result.status.ok();
  {
    batching::MutexLock lock(mutex_);
    CallTiming& timing = result_.timing;
    timing.preprocess = std::max(timing.preprocess, result.timing.preprocess);
    timing.queue = std::max(timing.queue, result.timing.queue);
    timing.forward = std::max(timing.forward, result.timing.forward);
    if (!succeeded && result_.status.ok()) {
      result_.status = std::move(result.status);
      result_.retry_after = result.retry_after;
      if (result.failed_item >= 0) {
        result_.failed_item = static_cast<int>(indices[result.failed_item]);
      }
    }
  }
  for (size_t i = 0; i < indices.size(); ++i) {
    if (succeeded) {
      Keep(indices[i], result.items[i]);
      Fulfil(indices[i], std::move(result.items[i]));
    } else {
      cache_.Abandon(parts_.keys[indices[i]], parts_.options.priority);
    }
  }
  EndParts(indices.size());
}

void CachedCall::Fulfil(size_t index, EncodedItem item) {
  const ContentKey& key = parts_.keys[index];
  EmbeddingCache::Embedding shared;
  try {
    shared = std::make_shared<EncodedItem>(std::move(item));
  } catch (const std::bad_alloc&) {
    return cache_.Abandon(key, parts_.options.priority);
  }
  cache_.Fulfil(key, parts_.options.priority, shared);
}

void CachedCall::OnMerged(size_t index,
                          const EmbeddingCache::Embedding& embedding) {
  if (embedding != nullptr) {
    Keep(index, *embedding);
    return EndParts(1);
  }
  if (IsDead()) {
    cache_.Abandon(parts_.keys[index], parts_.options.priority);
    return EndParts(1);
  }
  // Nobody fails for another call's sake: this one takes over.
  const auto computation = std::make_shared<Computation>(shared_from_this());
  computation->Add(index);
  CallOptions options = parts_.options;
  options.request_bytes = bytes_beside_ / parts_.items.size();
  // The call has been let in before; this item still rather waits for room.
  if (options.on_admitted) options.on_admitted = [] {};
  Compute(computation, std::move(options));
}

bool CachedCall::IsDead() {
  const CallOptions& options = parts_.options;
  if (options.cancellation != nullptr && options.cancellation->IsCancelled()) {
    Fail(absl::CancelledError("the caller has gone"));
  } else if (clock_.Now() >= clock_.FromWallTime(options.deadline)) {
    Fail(absl::DeadlineExceededError("the deadline has passed"));
  }
  batching::MutexLock lock(mutex_);
  return !result_.status.ok();
}

void CachedCall::Keep(size_t index, const EncodedItem& item) {
  try {
    batching::MutexLock lock(mutex_);
    result_.items[index] = item;
  } catch (const std::bad_alloc&) {
    // Without a message it takes no memory.
    Fail(absl::Status(absl::StatusCode::kResourceExhausted, ""));
  }
}

void CachedCall::Fail(absl::Status status) {
  batching::MutexLock lock(mutex_);
  if (result_.status.ok()) result_.status = std::move(status);
}

void CachedCall::EndParts(size_t count) {
  CallResult result;
  {
    batching::MutexLock lock(mutex_);
    parts_left_ -= count;
    if (parts_left_ > 0) return;
    result = std::move(result_);
  }
  if (!result.status.ok()) result.items.clear();
  const EmbeddingPipeline::Done done = std::move(parts_.done);
  done(std::move(result));
}

}  // namespace clip::server
