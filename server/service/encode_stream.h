#ifndef SERVER_SERVICE_ENCODE_STREAM_H_
#define SERVER_SERVICE_ENCODE_STREAM_H_

#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "clip/v1/clip.pb.h"
#include "server/batching/mutex.h"
#include "server/pipeline/cancellation.h"
#include "server/service/embedding_layout.h"
#include "server/service/limits.h"
#include "server/service/open_streams.h"
#include "server/service/served_models.h"
#include "server/service/stream_flow.h"
#include "server/service/stream_item.h"
#include "server/service/stream_reactor.h"
#include "server/service/unary_call.h"

namespace clip::server {

// What all streams of a service share. All of it outlives them.
struct StreamEnvironment {
  const ServedModels& models;
  const ServiceLimits& limits;
  OpenStreams& open_streams;
  CallEnvironment call;
};

// Our side of one EncodeStream call. It parses a message, checks it, hands it
// to the model's pipeline and writes the reply when that is done; StreamFlow
// says when it reads, writes and ends. Every item that is taken is answered
// exactly once, also where the pipeline loses it.
//
// Thread-safe. Held by gRPC's reactor and by its items, which end in any order.
class EncodeStream final : public StreamEvents,
                           public OpenStream,
                           public StreamItemOwner,
                           public std::enable_shared_from_this<EncodeStream> {
 public:
  // Begins a stream on `reactor`, which gRPC must be given right after.
  static void Serve(StreamReactor& reactor,
                    const StreamEnvironment& environment);

  EncodeStream(StreamReactor& reactor, const StreamEnvironment& environment);

  void Drain() override;

 private:
  void OnRead(std::optional<grpc::ByteBuffer> message) override;
  void OnWritten(bool ok) override;
  void OnCancelled() override;
  void OnItemLetIn() override;
  void OnItemDone(const StreamItem& item, const CallResult& result) override;

  absl::Status Begin();
  // An error ends the stream.
  absl::Status TakeItem(grpc::ByteBuffer bytes);
  // Takes model and options from the first message.
  absl::Status Choose(const v1::EncodeRequest& request);
  // An error is the item's own.
  absl::Status Encode(const std::shared_ptr<StreamItem>& item, bool is_first);
  v1::EncodeResponse WriteReply(const StreamItem& item,
                                const CallResult& result,
                                const absl::Status& failure) const;
  // Puts the model's version into the first reply.
  void Write(grpc::ByteBuffer reply) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsEnding();
  absl::Status WhyGone() const;

  // Tells the flow something and does what it says then.
  template <typename Event>
  void Tell(Event event);
  void Finish(const absl::Status& status);

  StreamReactor& reactor_;
  const StreamEnvironment environment_;
  const std::string request_id_;
  const absl::Time start_;
  const absl::Time deadline_;
  const std::shared_ptr<Cancellation> cancellation_;

  // Set before the first read.
  batching::Priority priority_ = batching::Priority::kBulk;
  std::atomic<size_t> request_bytes_{0};
  std::atomic<int64_t> items_{0};

  // Of the first message. Written by its read; later reads and the items come
  // after it.
  const ServedModel* model_ = nullptr;
  EmbeddingLayout layout_;

  batching::Mutex mutex_;
  StreamFlow flow_ ABSL_GUARDED_BY(mutex_);
  bool has_named_model_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_ENCODE_STREAM_H_
