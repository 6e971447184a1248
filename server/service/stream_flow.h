#ifndef SERVER_SERVICE_STREAM_FLOW_H_
#define SERVER_SERVICE_STREAM_FLOW_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <deque>
#include <optional>

#include "absl/status/status.h"
#include "server/service/limits.h"

namespace clip::server {

// What to do on a stream now. Each thing is said once, and is under way until
// its end is told.
struct StreamStep {
  bool read = false;
  std::optional<grpc::ByteBuffer> write;
  // The end of the stream; comes alone and last.
  std::optional<absl::Status> finish;
};

// The rules of one stream: one read and one write at a time; no read while the
// limits are reached, while an item is held back, or while the last message is
// being handled; the end when everything that was taken has been answered.
//
// An item counts, with the bytes of its message and then of its reply, from
// its arrival until its reply is written. A caller that does not read its
// replies so stops the reads, and then gRPC's flow control stops the caller.
//
// No thread, lock, clock or call of gRPC's. Not thread-safe.
class StreamFlow {
 public:
  explicit StreamFlow(const StreamLimits& limits) : limits_(limits) {}

  // A read gave an item of so many bytes, which is held back until OnLetIn;
  // OnReadHandled must follow.
  void OnItem(size_t bytes);
  // The read that was asked for has ended and its message has been handled.
  void OnReadHandled() { reading_ = false; }
  // The caller has closed its side.
  void OnHalfClose() { half_closed_ = true; }

  // An item does not wait for room elsewhere any more.
  void OnLetIn() { --held_back_; }

  // An item of so many bytes has this reply.
  void OnReply(size_t item_bytes, grpc::ByteBuffer reply);
  // The write that was asked for has ended.
  void OnWritten();

  // Takes nothing more, and ends with `status` once what was taken has been
  // answered. The first status counts; OK ends the stream as a half-close does.
  void EndWith(const absl::Status& status);
  // The caller has gone: replies are dropped, and the end waits for nothing but
  // the write that is under way.
  void Abandon(const absl::Status& status);

  StreamStep Next();

  // Items and bytes taken and not yet written.
  int items() const { return items_; }
  size_t bytes() const { return bytes_; }
  // Whether what is read now is not taken any more.
  bool ending() const { return end_.has_value(); }

 private:
  bool MayRead() const;
  bool MayFinish() const;

  const StreamLimits limits_;
  int items_ = 0;
  size_t bytes_ = 0;
  int held_back_ = 0;
  bool reading_ = false;
  bool half_closed_ = false;
  bool abandoned_ = false;
  bool finished_ = false;
  std::optional<absl::Status> end_;
  std::deque<grpc::ByteBuffer> replies_;
  // Of the reply that is being written.
  std::optional<size_t> writing_;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_STREAM_FLOW_H_
