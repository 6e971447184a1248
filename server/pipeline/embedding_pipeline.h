#ifndef SERVER_PIPELINE_EMBEDDING_PIPELINE_H_
#define SERVER_PIPELINE_EMBEDDING_PIPELINE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/batching/priority.h"
#include "server/pipeline/cancellation.h"

namespace clip::server {

// The inputs of one call. Views point into memory that the caller keeps alive
// until the call's completion has run.
struct EncodedImage {
  std::string_view file;
};
struct RgbPixels {
  uint32_t width = 0;
  uint32_t height = 0;
  std::string_view data;
};
// Little-endian float32, 3 x S x S.
struct NormalizedPixels {
  std::string_view data;
};
struct TextString {
  std::string_view text;
};
struct TextTokens {
  absl::Span<const int32_t> ids;
};
using PipelineItem = std::variant<EncodedImage, RgbPixels, NormalizedPixels,
                                  TextString, TextTokens>;

// The result of one item.
struct EncodedItem {
  // embed_dim values, not normalized.
  std::vector<float> embedding;
  // Texts only; see clip.v1.EncodeTextResponse.
  int token_count = 0;
  bool truncated = false;
};

// The slowest item of each stage.
struct CallTiming {
  absl::Duration preprocess;
  absl::Duration queue;
  absl::Duration forward;
};

// The end of a call: every item in request order, or the one reason why the
// call failed. A bad item is INVALID_ARGUMENT with `failed_item` set.
struct CallResult {
  absl::Status status;
  // Index of the item that is to blame; -1 where no single item is.
  int failed_item = -1;
  // With RESOURCE_EXHAUSTED: when to try again; zero = no advice.
  absl::Duration retry_after;
  std::vector<EncodedItem> items;
  CallTiming timing;
};

// What the pipeline must know of a call beside its items.
struct CallOptions {
  // Wall time after which the items may not be computed. InfiniteFuture = none.
  absl::Time deadline = absl::InfiniteFuture();
  // Set from any thread when the caller has gone; shared because the call's
  // reactor and its queued items end in either order.
  std::shared_ptr<Cancellation> cancellation;
  batching::Priority priority = batching::Priority::kInteractive;
  // Of the message that the items lie in. What it has beside them is held until
  // the call ends, too.
  size_t request_bytes = 0;
  // Where set, a call that finds no room waits in line for it and is not
  // refused. Runs once when the call is let in, before `done` and under no
  // lock; a caller with more to send holds back until then. Not run for a call
  // that ends before that.
  std::function<void()> on_admitted;
};

// Decodes, tokenizes, queues, batches and encodes the items of calls.
//
// Thread-safe. Encode does not block: it either refuses the call at once or
// works on other threads.
class EmbeddingPipeline {
 public:
  using Done = std::function<void(CallResult)>;

  virtual ~EmbeddingPipeline() = default;

  // Runs `done` exactly once, on this or another thread and under no lock.
  //   INVALID_ARGUMENT    an item is bad; no item of the call has been run.
  //   RESOURCE_EXHAUSTED  the pipeline is full, or the wait would be too long,
  //                       and the call does not wait in line.
  //   DEADLINE_EXCEEDED   the deadline passed before the items were computed.
  //   CANCELLED           `cancellation` was set before that.
  //   UNAVAILABLE         the pipeline has been shut down.
  //   INTERNAL            the model failed.
  virtual void Encode(std::vector<PipelineItem> items, CallOptions options,
                      Done done) = 0;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_EMBEDDING_PIPELINE_H_
