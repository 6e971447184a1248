#ifndef CLIENT_LOAD_CLIP_TARGET_H_
#define CLIENT_LOAD_CLIP_TARGET_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/clip_client.h"
#include "client/load/answer_check.h"
#include "client/load/corpus.h"
#include "client/load/load_target.h"

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
  };

  // INVALID_ARGUMENT names the option that is wrong. Nothing is sent.
  static absl::StatusOr<std::unique_ptr<ClipTarget>> Create(Options options,
                                                            Corpus corpus);

  // Connects all connections with a call each, which blocks. The status of the
  // first that fails; a server that knows no such model is NOT_FOUND.
  absl::Status Connect();

  // Learns the answers for the pictures, and texts, that come again, at most
  // kMaxKnown of each, by asking for them one by one, which blocks. From then
  // on a call whose answer is another one ends with DATA_LOSS. Items that the
  // server refuses are left out; the status of any other failure. To be called
  // before the first Start.
  absl::Status LearnPictures();
  absl::Status LearnTexts();

  void Start(const CallSpec& spec,
             std::function<void(CallResult)> done) override;
  CallCounts counts() const override;
  void CancelAll() override;

 private:
  ClipTarget(Options options, Corpus corpus,
             std::vector<std::unique_ptr<ClipClient>> clients);

  template <typename Reply>
  ClipClient::Callback<Reply> ResultOf(CallKind kind, std::vector<uint64_t> ids,
                                       std::function<void(CallResult)> done);
  std::vector<Image> ImagesOf(const CallSpec& spec) const;
  std::vector<std::string> TextsOf(const CallSpec& spec) const;

  const Options options_;
  const Corpus corpus_;
  AnswerCheck answers_;
  // Of the clients that have ended.
  CallCounts ended_;
  // Last: its calls in flight use everything above.
  std::vector<std::unique_ptr<ClipClient>> clients_;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_CLIP_TARGET_H_
