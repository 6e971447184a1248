#ifndef SERVER_SERVICE_LIMITS_H_
#define SERVER_SERVICE_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace clip::server {

// What the label sets of a server may cost. Each limit is a flag. A plain
// value.
struct LabelSetLimits {
  // Sets of all models together. More cost memory only.
  size_t max_sets = 64;
  // Labels of one set; 1024 hold ImageNet's. A Similarity reply has 8 bytes for
  // each picture and label, and clients take 4 MiB unless told otherwise.
  int max_labels = 1024;
  // Labels and weights of all sets: 4 * embed_dim bytes a label and its name.
  size_t max_bytes = size_t{64} << 20;
};

// What EncodeStream may hold. Each limit is a flag. A plain value.
struct StreamLimits {
  // Items of one stream that are taken and whose replies are not yet written.
  // Several batches' worth keeps the device busy; more costs memory and gives
  // one stream a longer place in the queue.
  int max_items = 256;
  // Bytes of those items' messages and replies. One message may exceed it.
  size_t max_bytes = size_t{16} << 20;
  // Open streams. Each may hold max_bytes and one message that waits for room.
  int max_streams = 64;
};

// What one call may ask for. Each limit is a flag; the defaults and their
// reasons are here. A plain value.
struct ServiceLimits {
  // Pictures and texts together. A call is admitted or refused as a whole, so
  // a larger number means coarser admission; a smaller one, more calls for the
  // same work.
  int max_items_per_call = 256;
  // Bytes of one text. The context of a CLIP is 77 tokens, some 400 bytes;
  // what lies behind it is tokenized only to be cut off. Raising it costs
  // tokenizer time a call.
  size_t max_text_bytes = size_t{16} << 10;
  // Bytes of one encoded picture: 8 MiB hold a 12-megapixel photograph.
  // Raising it costs queue memory; keep it under the message limit.
  size_t max_image_bytes = size_t{8} << 20;
  // Width times height: 33.5 million pixels are more than a 30-megapixel
  // camera gives, and cost up to 134 MB a decoding thread.
  int64_t max_image_pixels = int64_t{1} << 25;
  LabelSetLimits label_sets;
  StreamLimits stream;
};

// Bytes of a model name that an error repeats: enough to recognize it, too few
// to fill a log or the 8 KiB that gRPC allows for trailers.
inline constexpr size_t kMaxEchoedBytes = 64;

// Bytes of the id of a ModelInfer call, which its reply repeats: many times
// what any client makes up, and no load on the reply.
inline constexpr size_t kMaxInferenceIdBytes = 1024;

// Bytes of an error message. The message travels twice in the trailers, once
// plain and once inside the details, next to at most 8 KiB of everything.
inline constexpr size_t kMaxErrorMessageBytes = 1024;

// When to come back where the pipeline gives no advice: a few batch times of a
// small model on a CPU.
inline constexpr absl::Duration kDefaultRetryDelay = absl::Milliseconds(100);

}  // namespace clip::server

#endif  // SERVER_SERVICE_LIMITS_H_
