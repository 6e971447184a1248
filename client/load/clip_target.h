#ifndef CLIENT_LOAD_CLIP_TARGET_H_
#define CLIENT_LOAD_CLIP_TARGET_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/clip_client.h"
#include "client/load/answer_check.h"
#include "client/load/corpus.h"
#include "client/load/item_stream.h"
#include "client/load/load_target.h"
#include "client/static_targets.h"

namespace clip::client::load {

// A clip_server, over one or several connections that take turns. Retries and
// hedges, which hide what a server did, are those that the options ask for;
// counts() tells how many there were.
class ClipTarget final : public LoadTarget {
 public:
  static constexpr uint64_t kMaxKnown = 256;

  struct Options {
    ClipClientOptions client;
    // Positive. More spread the calls over more of the server's threads.
    int connections = 1;
    // Empty = the server's default.
    std::string model;
    // Streamed items will come: they need connections of their own.
    bool streams = false;
    // Of an embedding with the known answer.
    double min_cosine = AnswerCheck::kDefaultMinCosine;
  };

  // INVALID_ARGUMENT names the option that is wrong. Nothing is sent.
  static absl::StatusOr<std::unique_ptr<ClipTarget>> Create(Options options,
                                                            Corpus corpus);

  // Connects all connections with a call each, which blocks. The status of the
  // first that fails; a server that knows no such model is NOT_FOUND.
  absl::Status Connect();

  // From now on a call that embeds this picture (kImage) or text (kText) of the
  // corpus, and gets another answer, ends with DATA_LOSS. This and the two
  // below are to be called before the first Start.
  void Know(CallKind kind, uint64_t id, std::vector<float> embedding);

  // Learns the answers for the pictures, and texts, that come again, at most
  // kMaxKnown of each, by asking for them one by one, which blocks. Known ones
  // stay as they are. Items that the server refuses are left out; the status of
  // any other failure.
  absl::Status LearnPictures();
  absl::Status LearnTexts();

  void Start(const CallSpec& spec,
             std::function<void(CallResult)> done) override;
  CallCounts counts() const override;
  void Cancel(uint64_t index) override;
  void CancelAll() override;

 private:
  ClipTarget(Options options, Corpus corpus, const GrpcTarget& target,
             std::vector<std::unique_ptr<ClipClient>> clients);

  template <typename Reply>
  ClipClient::Callback<Reply> ResultOf(CallKind kind, std::vector<uint64_t> ids,
                                       std::function<void(CallResult)> done);
  PendingCall StartUnary(const CallSpec& spec,
                         std::function<void(CallResult)> done);
  PendingCall StartSimilarity(const CallSpec& spec,
                              std::function<void(CallResult)> done);
  void StartItem(const CallSpec& spec, std::function<void(CallResult)> done);
  // Compares the embeddings of these items with those that are known.
  CallResult Checked(CallKind kind, const std::vector<uint64_t>& ids,
                     const std::vector<Embedding>& embeddings) const;
  std::vector<uint64_t> KnownIdsOf(const CallSpec& spec) const;
  // The file of one picture of the call.
  std::string PictureOf(const CallSpec& spec, size_t place) const;
  std::vector<Image> ImagesOf(const CallSpec& spec) const;
  std::vector<std::string> TextsOf(const CallSpec& spec) const;

  const Options options_;
  const Corpus corpus_;
  AnswerCheck answers_;
  // Of the clients that have ended.
  CallCounts ended_;
  // Of calls that may be cancelled; only of the thread of Start.
  std::map<uint64_t, PendingCall> handles_;
  // Last: their calls in flight use everything above.
  std::vector<std::unique_ptr<ClipClient>> clients_;
  std::vector<std::shared_ptr<grpc::Channel>> stream_channels_;
  std::vector<std::unique_ptr<ItemStream>> streams_;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_CLIP_TARGET_H_
