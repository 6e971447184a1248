#ifndef CLIENT_ENCODE_STREAM_H_
#define CLIENT_ENCODE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/clip_values.h"
#include "client/priority.h"
#include "client/retry_policy.h"

namespace clip::client {

class StreamSession;

struct StreamOptions {
  // Empty = the server's default.
  std::string model;
  EmbeddingOptions embedding;
  // kDefault = the client's default; the server takes a stream for bulk work.
  Priority priority = Priority::kDefault;
  // From now to the end of the stream, breaks included; zero = none.
  absl::Duration deadline = absl::ZeroDuration();
  // Items that were written and whose answers the caller has not taken yet.
  // More keep a faster server busy and cost memory; twice the server's own
  // --max-stream-items is enough.
  size_t max_items = 512;
  // Bytes of the items without an answer, with the same effect. One item alone
  // may exceed it.
  size_t max_bytes = size_t{32} << 20;
  // Times that one item goes out, where the streams before broke although they
  // answered others: an item that kills its server must not kill them all.
  int max_item_sends = 5;
  // When a broken stream is opened again. max_attempts counts the streams in a
  // row that broke without an answer. By default a service may be away for
  // about fifteen seconds. The throttle is not for streams.
  RetryOptions retry{10, absl::Milliseconds(50), absl::Seconds(5)};
};

// What has become of a stream so far.
struct StreamCounts {
  // Calls of EncodeStream that were begun; more than one after a break.
  uint64_t streams = 0;
  // Items that went out again.
  uint64_t resent = 0;
};

// Bulk work: any number of pictures and texts, each answered by itself, in the
// order of completion. ClipClient::OpenStream makes one.
//
// Every item that Write takes is answered exactly once, whatever becomes of the
// connection. Where the call breaks with a status that may be retried (the
// server drains or is gone, its limit of streams is reached), the items without
// an answer are sent again on a new one, which may lead to another server. So a
// server may do an item twice; the caller never hears of it.
//
// Memory is bounded by max_items and max_bytes: Write waits while they are
// reached. An item counts until its callback has returned, so that a caller
// who is slow to take answers slows the whole stream down and nothing else.
//
// Thread-safe. It connects with the first item and may outlive its client.
//
// It does not keep the order of items, and uses one server at a time: open a
// stream for each server to keep several busy.
class EncodeStream {
 public:
  // Takes the answer to one item. Besides the codes of
  // proto/clip/v1/clip.proto, which concern the item alone:
  //   INVALID_ARGUMENT     also: the text is not UTF-8, or the item is larger
  //                        than max_message_bytes. It was not sent.
  //   INTERNAL             also: the reply has neither embedding nor status.
  //   UNAVAILABLE and the others of retry_policy.h: its sends are used up.
  //   the stream's status, where the stream has ended without an answer.
  // Runs on a thread of the stream's own, one at a time and under no lock. It
  // may block. It may call Write with a time that has passed, Close and Cancel,
  // but must not wait for room, call Finish or destroy the stream.
  using Answer = std::function<void(uint64_t id, absl::StatusOr<StreamReply>)>;

  explicit EncodeStream(std::shared_ptr<StreamSession> session);

  // Cancels what is in flight and waits for its callbacks.
  ~EncodeStream();

  EncodeStream(const EncodeStream&) = delete;
  EncodeStream& operator=(const EncodeStream&) = delete;

  // Waits until there is room for the item, but not longer than until `until`;
  // a time that has passed does not wait. True: the item is taken and will be
  // answered. False: there was no room in time, and `item` is as it was. An
  // error is the status that has ended the stream, and nothing is taken;
  // FAILED_PRECONDITION after Close.
  absl::StatusOr<bool> Write(StreamItem&& item,
                             absl::Time until = absl::InfiniteFuture());

  // No more items come.
  void Close();

  // Closes, and waits until every item has been answered and the call has
  // ended. OK where each item got an answer of its own, which may be an error;
  // else what ended the stream:
  //   CANCELLED            Cancel.
  //   DEADLINE_EXCEEDED    the deadline passed.
  //   FAILED_PRECONDITION  after a break, a server answered with other weights
  //                        than the one before; their embeddings do not mix.
  //   INTERNAL             an answer to no item.
  //   UNAVAILABLE and the others of retry_policy.h: the attempts are used up.
  //   a status of the server that no other attempt would cure.
  absl::Status Finish();

  // Ends the stream soon: the items without an answer get CANCELLED.
  void Cancel();

  // The status that Finish would give, as soon as nothing more is sent; nothing
  // while the stream goes on. Known before the answers that it brings are given
  // to the caller.
  std::optional<absl::Status> end() const;

  // Which weights answer; known before the first answer is given to the caller.
  std::optional<ModelVersion> model() const;

  StreamCounts counts() const;

 private:
  // Shared with gRPC's callbacks, which end in any order.
  const std::shared_ptr<StreamSession> session_;
};

}  // namespace clip::client

#endif  // CLIENT_ENCODE_STREAM_H_
