#ifndef SERVER_SERVICE_STREAM_ITEM_H_
#define SERVER_SERVICE_STREAM_ITEM_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "clip/v1/clip.pb.h"
#include "server/pipeline/embedding_pipeline.h"

namespace clip::server {

class StreamItem;

// Whose item it is: the stream, as the item sees it. Thread-safe.
class StreamItemOwner {
 public:
  virtual ~StreamItemOwner() = default;

  // The item does not wait for room any more. Called once, before its end.
  virtual void OnItemLetIn() = 0;
  // The end of the item; `result` has one item where its status is OK. Called
  // exactly once.
  virtual void OnItemDone(const StreamItem& item, const CallResult& result) = 0;
};

// One item of a stream on its way: its message, which the pipeline's view
// points into, and the duty to end exactly once, whoever loses it.
//
// Thread-safe. Held by the pipeline's callbacks.
class StreamItem {
 public:
  StreamItem(std::shared_ptr<StreamItemOwner> owner, v1::EncodeRequest request,
             size_t bytes)
      : owner_(std::move(owner)), request_(std::move(request)), bytes_(bytes) {}
  ~StreamItem() { Fail(absl::InternalError("the item was let go")); }
  StreamItem(const StreamItem&) = delete;
  StreamItem& operator=(const StreamItem&) = delete;

  const v1::EncodeRequest& request() const { return request_; }
  // Of its message on the wire.
  size_t bytes() const { return bytes_; }

  // From now on the pipeline reports why it refuses the item.
  void HandOn() { was_handed_on_.store(true); }
  bool was_handed_on() const { return was_handed_on_.load(); }

  // The pipeline has let the item in, for which it may have waited. The end of
  // the item implies it.
  void LetIn() {
    if (held_back_.exchange(false)) owner_->OnItemLetIn();
  }

  void End(const CallResult& result) {
    LetIn();
    if (!ended_.exchange(true)) owner_->OnItemDone(*this, result);
  }
  void Fail(const absl::Status& status) {
    CallResult result;
    result.status = status;
    End(result);
  }

 private:
  const std::shared_ptr<StreamItemOwner> owner_;
  const v1::EncodeRequest request_;
  const size_t bytes_;
  std::atomic<bool> held_back_{true};
  std::atomic<bool> was_handed_on_{false};
  std::atomic<bool> ended_{false};
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_STREAM_ITEM_H_
