#ifndef CLIENT_STREAM_ATTEMPT_H_
#define CLIENT_STREAM_ATTEMPT_H_

#include <clip/v1/clip.grpc.pb.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "client/priority.h"

namespace clip::client {

// What one call of EncodeStream tells its owner; on threads of gRPC, never
// while the owner is inside a method of the attempt.
class StreamAttemptEvents {
 public:
  virtual ~StreamAttemptEvents() = default;

  virtual void OnReply(v1::EncodeResponse reply) = 0;
  // The item that was written is on its way, or the call is about to end. Must
  // call ReleaseItem.
  virtual void OnWritten(bool ok) = 0;
  // No more replies; nothing may be written from now on.
  virtual void OnRepliesEnd() = 0;
  // The end of the call, once and last.
  virtual void OnEnd(const grpc::Status& status) = 0;
};

// One call of EncodeStream, from its start to its end. It reads always, and
// writes one item at a time.
//
// The owner calls it under a lock of its own, and keeps it until OnEnd, in
// which it must destroy it: its context refers to the channel.
class StreamAttempt final
    : public grpc::ClientBidiReactor<v1::EncodeRequest, v1::EncodeResponse> {
 public:
  struct Options {
    // Of the first message.
    std::string model;
    v1::EmbeddingOptions embedding;
    Priority priority = Priority::kDefault;
    // InfiniteFuture = none.
    absl::Time deadline = absl::InfiniteFuture();
  };

  // The events are shared with the owner, who may end first.
  StreamAttempt(Options options, std::shared_ptr<StreamAttemptEvents> events);

  void Start(v1::ClipService::Stub* stub);

  // Not while another item is being written, and not after OnRepliesEnd.
  // `more_follow`: another Write comes as soon as OnWritten allows it, so that
  // the bytes may wait for it and leave together.
  void Write(std::shared_ptr<const v1::EncodeRequest> item, bool more_follow);

  // The item needs not be kept any more, and another one may be written.
  void ReleaseItem() { item_ = nullptr; }

  // Says that no more items come; as Write, and once.
  void EndWrites();

  // Ends the call soon.
  void Cancel() { context_.TryCancel(); }

  // The trailer grpc-retry-pushback-ms; from OnEnd on.
  std::optional<std::string_view> pushback() const;

  bool is_writing() const { return item_ != nullptr; }
  bool has_ended_writes() const { return has_ended_writes_; }

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  const Options options_;
  const std::shared_ptr<StreamAttemptEvents> events_;
  grpc::ClientContext context_;
  v1::EncodeResponse reply_;
  bool is_first_ = true;
  bool has_ended_writes_ = false;
  // The message that gRPC is writing; null = none.
  std::shared_ptr<const v1::EncodeRequest> item_;
};

}  // namespace clip::client

#endif  // CLIENT_STREAM_ATTEMPT_H_
