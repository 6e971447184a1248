#ifndef CLIENT_CLIP_CLIENT_H_
#define CLIENT_CLIP_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/call_counter.h"
#include "client/clip_client_options.h"
#include "client/clip_values.h"
#include "client/encode_stream.h"
#include "client/priority.h"

namespace clip::client {

class CancellableCall;

// A call that has been started. Copies are handles of the same call; dropping
// them changes nothing.
class PendingCall {
 public:
  explicit PendingCall(std::weak_ptr<CancellableCall> call);

  // Ends the call soon with CANCELLED, unless it has ended already.
  void Cancel() const;

 private:
  std::weak_ptr<CancellableCall> call_;
};

struct CallOptions {
  // From now until the answer, retries and waits included; zero = the client's
  // default. No call is ever without one.
  absl::Duration deadline = absl::ZeroDuration();
  // kDefault = the client's default.
  Priority priority = Priority::kDefault;
};

enum class Health {
  // The server answers but does not want calls: it loads, drains or is ill.
  kNotServing,
  kServing,
};

// A client of clip-serving.
//
// Thread-safe; one client serves a whole process. Calls share one connection
// for each server behind the target, and any number may be in flight: the
// synchronous form blocks its thread, the asynchronous one holds none. The
// client connects with the first call. Requests are values that the client
// takes over.
//
// Every call has a deadline. UNAVAILABLE, RESOURCE_EXHAUSTED and a CANCELLED
// that the caller did not ask for are retried as retry_policy.h says; a status
// that comes out is the last attempt's. Calls that embed or score may be hedged
// as hedging_options.h says. Besides the codes of
// proto/clip/v1/clip.proto:
//   INVALID_ARGUMENT   also: the request is larger than max_message_bytes, and
//                      was not sent. bad_items.h reads which items are bad.
//   CANCELLED          PendingCall::Cancel, or the client was destroyed.
//   INTERNAL           also: the reply does not fit the request.
//
// It does not read files, decode pictures or split large requests.
class ClipClient {
 public:
  // Runs exactly once, on a thread of gRPC or of the caller and under no lock.
  // Must not block, call the synchronous methods or destroy the client. What it
  // throws on a thread of gRPC is lost.
  template <typename Reply>
  using Callback = std::function<void(absl::StatusOr<Reply>)>;

  // INVALID_ARGUMENT names the option that is out of range. A server that is
  // not there shows with the first call, not here.
  static absl::StatusOr<std::unique_ptr<ClipClient>> Create(
      ClipClientOptions options);

  // Cancels the calls in flight and waits for their callbacks. Streams go on.
  ~ClipClient();

  absl::StatusOr<EncodeImageReply> EncodeImage(EncodeImageRequest request,
                                               const CallOptions& options = {});
  absl::StatusOr<EncodeTextReply> EncodeText(EncodeTextRequest request,
                                             const CallOptions& options = {});
  absl::StatusOr<SimilarityReply> Similarity(SimilarityRequest request,
                                             const CallOptions& options = {});
  // The default model first.
  absl::StatusOr<std::vector<ModelInfo>> ListModels(
      const CallOptions& options = {});
  // An empty name means the server's default.
  absl::StatusOr<ModelInfo> GetModel(std::string model,
                                     const CallOptions& options = {});
  // Has one replica keep a label set; see proto/clip/v1/clip.proto. Every
  // replica needs its own: whoever gets NOT_FOUND puts it again.
  absl::StatusOr<PutLabelSetReply> PutLabelSet(PutLabelSetRequest request,
                                               const CallOptions& options = {});
  // An empty name means every model.
  absl::StatusOr<std::vector<LabelSet>> ListLabelSets(
      std::string model, const CallOptions& options = {});
  // NOT_FOUND where there is none; also where an attempt before was done
  // although its answer was lost.
  absl::Status DeleteLabelSet(std::string model, std::string name,
                              const CallOptions& options = {});
  // Opens a stream for bulk work: encode_stream.h is its contract. Nothing is
  // sent before the first item. INVALID_ARGUMENT names the option that is out
  // of range.
  absl::StatusOr<std::unique_ptr<EncodeStream>> OpenStream(
      StreamOptions options, EncodeStream::Answer answer);

  // What has been sent so far, by all calls together.
  CallCounts counts() const;

  // An empty name means the server as a whole. Sent once, never retried:
  // health is about this moment. NOT_FOUND: the server has no such service.
  absl::StatusOr<Health> CheckHealth(const std::string& service = "",
                                     const CallOptions& options = {});

  // The same without blocking; several calls in flight cost no thread.
  PendingCall EncodeImageAsync(EncodeImageRequest request,
                               const CallOptions& options,
                               Callback<EncodeImageReply> done);
  PendingCall EncodeTextAsync(EncodeTextRequest request,
                              const CallOptions& options,
                              Callback<EncodeTextReply> done);
  PendingCall SimilarityAsync(SimilarityRequest request,
                              const CallOptions& options,
                              Callback<SimilarityReply> done);

 private:
  class Impl;

  explicit ClipClient(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace clip::client

#endif  // CLIENT_CLIP_CLIENT_H_
