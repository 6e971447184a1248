#ifndef TESTS_CLIENT_FAKE_STREAMS_H_
#define TESTS_CLIENT_FAKE_STREAMS_H_

#include <clip/v1/clip.grpc.pb.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/sync_stream.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "client/mutex.h"
#include "tests/client/scripted_stream.h"

namespace clip::client {

// The streams of a FakeClipServer: how each is to go, and what came in it.
// Thread-safe.
class FakeStreams {
 public:
  using Stream =
      grpc::ServerReaderWriter<v1::EncodeResponse, v1::EncodeRequest>;

  // The next streams go like this, later ones answer all their items.
  void Script(std::deque<ScriptedStream> streams) ABSL_LOCKS_EXCLUDED(mutex_);

  // Plays one stream to its end. `on_item` is told of each item before it is
  // among messages(); an item whose content `is_refused` is answered so.
  grpc::Status Play(
      grpc::ServerContext* context, Stream* stream,
      absl::FunctionRef<void(const v1::EncodeRequest&)> on_item,
      absl::FunctionRef<bool(const std::string& content)> is_refused)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The messages of every stream, in order of arrival.
  std::vector<std::vector<v1::EncodeRequest>> messages() const
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns when the last stream has so many messages.
  void AwaitItems(size_t count) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // How a stream that begins is to go, and its place among messages().
  std::pair<ScriptedStream, size_t> Begin() ABSL_LOCKS_EXCLUDED(mutex_);
  void Note(size_t stream, const v1::EncodeRequest& item)
      ABSL_LOCKS_EXCLUDED(mutex_);

  mutable Mutex mutex_;
  std::condition_variable noted_;
  std::deque<ScriptedStream> script_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::vector<v1::EncodeRequest>> messages_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::client

#endif  // TESTS_CLIENT_FAKE_STREAMS_H_
