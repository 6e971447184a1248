#ifndef CLIENT_STREAM_SESSION_H_
#define CLIENT_STREAM_SESSION_H_

#include <clip/v1/clip.grpc.pb.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/clip_values.h"
#include "client/encode_stream.h"
#include "client/mutex.h"
#include "client/retry_clock.h"
#include "client/retry_policy.h"
#include "client/stream_attempt.h"
#include "client/stream_ledger.h"

namespace clip::client {

// What is behind an EncodeStream: its calls one after the other, the waits
// between them, and the thread that gives the answers to the caller.
//
// Thread-safe. Held by the stream, the call in progress and the wait in
// progress, which end in any order; it has ended when Stop returns.
class StreamSession final : public StreamAttemptEvents,
                            public std::enable_shared_from_this<StreamSession> {
 public:
  struct Environment {
    // Shared with the client, which may end first.
    std::shared_ptr<RetryClock> clock;
    // Gives a number in [0, 1); called from any thread.
    std::function<double()> random;
  };

  struct Settings {
    StreamAttempt::Options attempt;
    StreamLedger::Limits limits;
    // Larger items are not sent.
    size_t max_item_bytes = 0;
    RetryPolicy policy;
  };

  // The stub is shared with the client, which may end first.
  StreamSession(std::shared_ptr<v1::ClipService::Stub> stub,
                Environment environment, Settings settings,
                EncodeStream::Answer answer);

  // Begins to give answers; once, first.
  void Start();
  // Cancels, and waits until everything has ended; once, last.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // As EncodeStream has them.
  absl::StatusOr<bool> Write(StreamItem&& item, absl::Time until)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Finish() ABSL_LOCKS_EXCLUDED(mutex_);
  void Cancel() ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<absl::Status> end() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<ModelVersion> model() const ABSL_LOCKS_EXCLUDED(mutex_);
  StreamCounts counts() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Answered {
    uint64_t id = 0;
    absl::StatusOr<StreamReply> reply;
  };

  void OnReply(v1::EncodeResponse reply) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWritten(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnRepliesEnd() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnEnd(const grpc::Status& status) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWaited() ABSL_LOCKS_EXCLUDED(mutex_);

  // Starts what may be started now: a call, a write, the end of the writes.
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OpenAttempt() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The wait before the next call, or nothing where the stream goes on without
  // one or has ended.
  std::optional<absl::Duration> AfterAttempt(absl::Status status,
                                             std::optional<RetryAdvice> advice)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckModel(const v1::ModelVersion& version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeReply(v1::EncodeResponse reply)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Push(uint64_t id, absl::StatusOr<StreamReply> reply)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Ends the stream, unless it has ended; false in that case.
  bool EndWith(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // EndWith, and the end of whatever is in progress.
  void Abort(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);
  // Nothing is in progress or will begin.
  bool IsOver() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The thread that gives the answers.
  void GiveAnswers() ABSL_LOCKS_EXCLUDED(mutex_);

  const Environment environment_;
  const Settings settings_;
  const EncodeStream::Answer answer_;
  const std::unique_ptr<RetryTimer> timer_;
  std::thread giver_;

  mutable Mutex mutex_;
  // Of everything below: there is room, an answer, or an end.
  std::condition_variable changed_;
  std::shared_ptr<v1::ClipService::Stub> stub_ ABSL_GUARDED_BY(mutex_);
  StreamLedger ledger_ ABSL_GUARDED_BY(mutex_);
  std::deque<Answered> answers_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<StreamAttempt> attempt_ ABSL_GUARDED_BY(mutex_);
  // The attempt takes no more writes.
  bool replies_ended_ ABSL_GUARDED_BY(mutex_) = false;
  // The attempt has answered an item.
  bool has_progress_ ABSL_GUARDED_BY(mutex_) = false;
  // Attempts in a row that broke without an answer.
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  // Why nothing more is sent; the stream is over when all answers are given.
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool answers_given_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<ModelVersion> model_ ABSL_GUARDED_BY(mutex_);
  uint64_t streams_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace clip::client

#endif  // CLIENT_STREAM_SESSION_H_
