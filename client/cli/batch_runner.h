#ifndef CLIENT_CLI_BATCH_RUNNER_H_
#define CLIENT_CLI_BATCH_RUNNER_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/inputs.h"
#include "client/cli/row_sink.h"
#include "client/clip_values.h"

namespace clip::client {

struct BatchOptions {
  // Items a call; more of them amortize the call and hold more memory.
  size_t max_items = 32;
  // Bytes of content a call. An item that is larger alone is sent alone.
  size_t max_bytes = 7 << 20;
  // Calls in flight; more of them keep a larger server busy and hold more
  // memory: max_items contents each.
  size_t max_in_flight = 4;
};

struct BatchAnswer {
  // One for each item of the call, in its order.
  std::vector<Row> rows;
  ModelVersion model;
};

struct RunSummary {
  size_t answered = 0;
  size_t failed = 0;
  // Left out because the run ended early, for the reason in `status`.
  size_t left_out = 0;
  absl::Status status;
};

// Sends the inputs of a command in batches, several calls in flight, and gives
// the answers to a sink in input order. Loads an item just before it is sent
// and drops it when it is answered, so memory is bounded whatever the number of
// inputs.
//
// An item that the service names as bad fails alone: the others of its call are
// sent again. A call that fails otherwise fails its items, and the run goes on,
// unless the status says that every other call would fail as well.
//
// Used by one thread, which Run blocks.
class BatchRunner {
 public:
  using Done = std::function<void(absl::StatusOr<BatchAnswer>)>;
  // Starts one call. `contents` is the caller's and is used only until the
  // function returns; `done` runs once, on any thread.
  using Call =
      std::function<void(const std::vector<std::string>& contents, Done done)>;

  // Borrows the sink.
  BatchRunner(const BatchOptions& options, Inputs inputs, Call call,
              RowSink* sink);

  // Sends everything, once. Does not finish the sink.
  RunSummary Run();

 private:
  struct Batch {
    std::vector<size_t> indices;
    std::vector<std::string> contents;
    std::future<absl::StatusOr<BatchAnswer>> answer;
  };

  Batch TakeBatch();
  void Start(Batch& batch);
  // Takes the answer of the oldest batch, which stays in flight where it has
  // been sent again.
  void EndOldest();
  void Deliver(const Batch& batch, BatchAnswer answer);
  // Drops the items that `why` blames; false where it blames none.
  bool DropBadItems(Batch& batch, const absl::Status& why);
  void FailItem(size_t index, const absl::Status& why);
  void Stop(const absl::Status& why);

  const BatchOptions options_;
  const Inputs inputs_;
  const Call call_;
  RowSink* const sink_;
  size_t next_ = 0;
  // An item that was loaded and did not fit into the batch before.
  std::optional<std::string> overflow_;
  std::deque<Batch> in_flight_;
  RunSummary summary_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_BATCH_RUNNER_H_
