#ifndef TESTS_CLIENT_FAKE_CLIP_SERVER_H_
#define TESTS_CLIENT_FAKE_CLIP_SERVER_H_

#include <clip/v1/clip.grpc.pb.h>
#include <grpcpp/server.h>
#include <grpcpp/support/status.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "client/mutex.h"
#include "tests/client/fake_calls.h"
#include "tests/client/fake_streams.h"
#include "tests/client/scripted_answer.h"
#include "tests/client/scripted_stream.h"

namespace clip::client {

// A clip.v1.ClipService on a free port of the loopback device, with the
// standard health service. Thread-safe.
//
// Its model is a toy of 4 dimensions, whose logit scale is 10; see toy_model.h.
class FakeClipServer : private v1::ClipService::Service {
 public:
  FakeClipServer();
  ~FakeClipServer() override;

  // HOST:PORT.
  const std::string& address() const { return address_; }

  // The next calls get these answers, later ones the usual answer.
  void Script(std::deque<ScriptedAnswer> answers) {
    calls_.Script(std::move(answers));
  }

  // The next streams go like this, later ones answer all their items.
  void ScriptStreams(std::deque<ScriptedStream> streams) {
    streams_.Script(std::move(streams));
  }

  // Every call with this picture or text is refused, naming it; in a stream,
  // the item alone.
  void Refuse(const std::string& content) ABSL_LOCKS_EXCLUDED(mutex_);

  void SetServing(bool serving);

  // The sigmoid instead of the softmax.
  void SetLogitBias(float bias) ABSL_LOCKS_EXCLUDED(mutex_);

  // Methods called, in order, scripted failures included.
  std::vector<std::string> methods() const { return calls_.methods(); }
  // Items of every encode call, in order of arrival.
  std::vector<std::vector<std::string>> batches() const
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The messages of every stream, in order of arrival.
  std::vector<std::vector<v1::EncodeRequest>> streams() const {
    return streams_.messages();
  }
  // Pictures and texts of every Similarity call, as numbers.
  std::vector<std::pair<int, int>> similarity_shapes() const
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Of the last encode call.
  v1::EmbeddingOptions last_options() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::string last_model() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The metadata x-clip-priority of every call, empty where it has none.
  std::vector<std::string> priorities() const { return calls_.priorities(); }
  v1::PutLabelSetRequest last_put() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The most calls that were inside the fake at once.
  int most_in_flight() const { return calls_.most_in_flight(); }
  // Returns when the last stream has so many messages.
  void AwaitItems(size_t count) { streams_.AwaitItems(count); }
  // Returns when so many calls have arrived.
  void AwaitCalls(size_t count) { calls_.AwaitCalls(count); }

 private:
  grpc::Status EncodeImage(grpc::ServerContext* context,
                           const v1::EncodeImageRequest* request,
                           v1::EncodeImageResponse* response) override;
  grpc::Status EncodeText(grpc::ServerContext* context,
                          const v1::EncodeTextRequest* request,
                          v1::EncodeTextResponse* response) override;
  grpc::Status EncodeStream(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::EncodeResponse, v1::EncodeRequest>* stream)
      override;
  grpc::Status Similarity(grpc::ServerContext* context,
                          const v1::SimilarityRequest* request,
                          v1::SimilarityResponse* response) override;
  grpc::Status ListModels(grpc::ServerContext* context,
                          const v1::ListModelsRequest* request,
                          v1::ListModelsResponse* response) override;
  grpc::Status GetModel(grpc::ServerContext* context,
                        const v1::GetModelRequest* request,
                        v1::GetModelResponse* response) override;
  grpc::Status PutLabelSet(grpc::ServerContext* context,
                           const v1::PutLabelSetRequest* request,
                           v1::PutLabelSetResponse* response) override;
  grpc::Status ListLabelSets(grpc::ServerContext* context,
                             const v1::ListLabelSetsRequest* request,
                             v1::ListLabelSetsResponse* response) override;
  grpc::Status DeleteLabelSet(grpc::ServerContext* context,
                              const v1::DeleteLabelSetRequest* request,
                              v1::DeleteLabelSetResponse* response) override;

  void NoteOptions(const v1::EmbeddingOptions& options,
                   const std::string& model) ABSL_LOCKS_EXCLUDED(mutex_);
  bool IsRefused(const std::string& content) ABSL_LOCKS_EXCLUDED(mutex_);
  grpc::Status CheckItems(const std::string& field,
                          const std::vector<std::string>& items)
      ABSL_LOCKS_EXCLUDED(mutex_);
  v1::ModelInfo Info() const ABSL_LOCKS_EXCLUDED(mutex_);

  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  FakeCalls calls_;
  FakeStreams streams_;
  mutable Mutex mutex_;
  std::vector<std::string> refused_ ABSL_GUARDED_BY(mutex_);
  std::optional<float> logit_bias_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::vector<std::string>> batches_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::pair<int, int>> shapes_ ABSL_GUARDED_BY(mutex_);
  v1::EmbeddingOptions last_options_ ABSL_GUARDED_BY(mutex_);
  std::string last_model_ ABSL_GUARDED_BY(mutex_);
  // By name. A label is encoded as itself, without templates.
  std::map<std::string, v1::LabelSet> label_sets_ ABSL_GUARDED_BY(mutex_);
  v1::PutLabelSetRequest last_put_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::client

#endif  // TESTS_CLIENT_FAKE_CLIP_SERVER_H_
