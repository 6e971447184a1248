#ifndef CLIENT_CLI_STREAM_RUNNER_H_
#define CLIENT_CLI_STREAM_RUNNER_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/item_source.h"
#include "client/cli/row_sink.h"
#include "client/clip_client.h"
#include "client/mutex.h"

namespace clip::client {

struct StreamRunOptions {
  // Streams at a time, each perhaps to another server.
  size_t streams = 1;
  StreamOptions stream;
  // The contents are texts, in place of pictures.
  bool are_texts = false;
};

struct StreamRunSummary {
  uint64_t answered = 0;
  uint64_t failed = 0;
  // Taken from the source and not done, because the run ended early.
  uint64_t left_out = 0;
  // The run was ended by the user; more inputs may not have been read.
  bool interrupted = false;
  StreamCounts counts;
  absl::Status status;
};

// Sends the inputs of a bulk run over EncodeStreams and gives the answers to a
// sink in input order. Memory is bounded whatever their number: an answer that
// overtakes others waits for them, and when many do, nothing is sent.
//
// An item that fails, fails alone; the run ends early where a stream ends.
//
// Used by one thread, which Run blocks.
class StreamRunner {
 public:
  // Borrows all. `interrupted` is asked again and again.
  StreamRunner(ClipClient* client, StreamRunOptions options, ItemSource* source,
               RowSink* sink, std::function<bool()> interrupted);

  // Sends everything, once. Does not finish the sink.
  StreamRunSummary Run();

 private:
  // An item that was taken from the source and is not yet with the sink.
  struct Pending {
    std::string name;
    size_t stream = 0;
    std::optional<absl::StatusOr<StreamReply>> reply;
  };

  absl::Status OpenStreams();
  // Takes the next item, sends it, or waits for an answer; false at the end of
  // the source.
  bool Step();
  // False where no stream has room now.
  bool Send(StreamItem& item);
  void WaitForAnswer() ABSL_LOCKS_EXCLUDED(mutex_);
  // Gives to the sink what can be given now.
  void Deliver() ABSL_LOCKS_EXCLUDED(mutex_);
  void TakeArrived() ABSL_LOCKS_EXCLUDED(mutex_);
  void DeliverOne(Pending pending);
  // It did not fail: its stream has ended before its turn came.
  bool IsLeftOut(const Pending& pending) const;
  bool ShouldStop();
  void Stop(const absl::Status& why);
  // Ends the streams, and gives to the sink what they have answered, even where
  // an item before it has no answer.
  void EndStreams();

  ClipClient* const client_;
  const StreamRunOptions options_;
  ItemSource* const source_;
  RowSink* const sink_;
  const std::function<bool()> interrupted_;
  size_t most_pending_ = 0;

  // An item that found no room yet.
  std::optional<StreamItem> held_;
  // In input order, from the item first_ on.
  std::deque<Pending> pending_;
  uint64_t first_ = 0;
  StreamRunSummary summary_;
  // Nothing more can be given to the sink.
  bool output_broke_ = false;

  Mutex mutex_;
  std::condition_variable arrived_changed_;
  std::vector<std::pair<uint64_t, absl::StatusOr<StreamReply>>> arrived_
      ABSL_GUARDED_BY(mutex_);

  // Last: their answers use everything above.
  std::vector<std::unique_ptr<EncodeStream>> streams_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_STREAM_RUNNER_H_
