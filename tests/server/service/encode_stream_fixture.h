#ifndef TESTS_SERVER_SERVICE_ENCODE_STREAM_FIXTURE_H_
#define TESTS_SERVER_SERVICE_ENCODE_STREAM_FIXTURE_H_

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clip/v1/clip.grpc.pb.h"
#include "server/batching/mutex.h"
#include "server/service/call_observer.h"
#include "tests/server/service/in_process_service.h"
#include "tests/testing/fake_pipeline.h"

namespace clip::server {

// Keeps what it is told.
class StreamObserver final : public CallObserver {
 public:
  void OnCallFinished(const CallRecord& record) override {
    batching::MutexLock lock(mutex_);
    ended_.push_back(record.code);
    rejected_ = record.rejected;
    items_ = record.stream_items;
    changed_.NotifyAll();
  }
  void OnStreamItem(const StreamItemRecord& record) override {
    batching::MutexLock lock(mutex_);
    ++item_codes_[record.code];
    last_cause_ = std::string(record.cause);
  }
  void OnStreamsChanged(int delta) override {
    batching::MutexLock lock(mutex_);
    open_ += delta;
    changed_.NotifyAll();
  }

  // The code of the only stream, once it has ended.
  absl::StatusCode AwaitEnd() {
    batching::MutexLock lock(mutex_);
    while (ended_.empty()) changed_.Wait(mutex_);
    EXPECT_EQ(ended_.size(), 1U);
    return ended_.front();
  }
  // Why the last stream that has ended was refused.
  std::optional<RejectReason> rejected() {
    batching::MutexLock lock(mutex_);
    return rejected_;
  }
  void AwaitOpen(int count) {
    batching::MutexLock lock(mutex_);
    while (open_ != count) changed_.Wait(mutex_);
  }
  int64_t items() {
    batching::MutexLock lock(mutex_);
    return items_;
  }
  int item_codes(absl::StatusCode code) {
    batching::MutexLock lock(mutex_);
    return item_codes_[code];
  }
  std::string last_cause() {
    batching::MutexLock lock(mutex_);
    return last_cause_;
  }

 private:
  batching::Mutex mutex_;
  batching::CondVar changed_;
  std::vector<absl::StatusCode> ended_ ABSL_GUARDED_BY(mutex_);
  std::optional<RejectReason> rejected_ ABSL_GUARDED_BY(mutex_);
  std::map<absl::StatusCode, int> item_codes_ ABSL_GUARDED_BY(mutex_);
  std::string last_cause_ ABSL_GUARDED_BY(mutex_);
  int64_t items_ ABSL_GUARDED_BY(mutex_) = 0;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
};

// A pipeline whose calls wait for the test: arrived, then let in, then done.
class HeldPipeline {
 public:
  clip::testing::FakePipeline::Handler Handler() {
    return [this](std::vector<PipelineItem> items, CallOptions options,
                  EmbeddingPipeline::Done done) {
      batching::MutexLock lock(mutex_);
      calls_.push_back({std::move(items), std::move(options), std::move(done)});
      changed_.NotifyAll();
    };
  }

  // Blocks until `count` calls have arrived.
  void AwaitCalls(size_t count) {
    batching::MutexLock lock(mutex_);
    while (calls_.size() < count) changed_.Wait(mutex_);
  }
  size_t calls() {
    batching::MutexLock lock(mutex_);
    return calls_.size();
  }
  CallOptions options(size_t index) {
    batching::MutexLock lock(mutex_);
    return calls_[index].options;
  }
  void LetIn(size_t index) { options(index).on_admitted(); }
  void Answer(size_t index, float value) {
    CallResult result;
    result.items.push_back({{value, 0.0F}, 3, false});
    End(index, std::move(result));
  }
  void Fail(size_t index, absl::Status status) {
    CallResult result;
    result.status = std::move(status);
    End(index, std::move(result));
  }

 private:
  struct Call {
    std::vector<PipelineItem> items;
    CallOptions options;
    EmbeddingPipeline::Done done;
  };

  void End(size_t index, CallResult result) {
    EmbeddingPipeline::Done done;
    {
      batching::MutexLock lock(mutex_);
      done = std::move(calls_[index].done);
    }
    done(std::move(result));
  }

  batching::Mutex mutex_;
  batching::CondVar changed_;
  std::deque<Call> calls_ ABSL_GUARDED_BY(mutex_);
};

// EncodeStream over a pipeline that answers (3, 4) or holds its calls.
class EncodeStreamFixture : public ::testing::Test {
 protected:
  using Stream =
      grpc::ClientReaderWriter<v1::EncodeRequest, v1::EncodeResponse>;

  void Start() { served_.emplace(pipeline_, observer_, limits_); }

  std::unique_ptr<Stream> Open() {
    Start();
    return stub().EncodeStream(&context_);
  }

  static v1::EncodeRequest Text(uint64_t id, const std::string& text = "a") {
    v1::EncodeRequest request;
    request.set_id(id);
    request.set_text(text);
    return request;
  }

  // This transport has no buffer: a write returns when the server has read it.
  static std::future<bool> WriteInBackground(Stream& stream,
                                             v1::EncodeRequest request) {
    return std::async(std::launch::async,
                      [&stream, request = std::move(request)] {
                        return stream.Write(request);
                      });
  }

  // Reads one reply, which must come.
  static v1::EncodeResponse Read(Stream& stream) {
    v1::EncodeResponse response;
    EXPECT_TRUE(stream.Read(&response));
    return response;
  }

  // Closes our side and reads to the end.
  static grpc::Status Close(Stream& stream) {
    stream.WritesDone();
    v1::EncodeResponse response;
    EXPECT_FALSE(stream.Read(&response)) << response.ShortDebugString();
    return stream.Finish();
  }

  v1::ClipService::Stub& stub() { return served_->stub(); }
  const std::shared_ptr<grpc::Channel>& channel() { return served_->channel(); }
  ClipService& service() { return served_->service(); }
  CallGate& gate() { return served_->gate(); }

  ServiceLimits limits_;
  StreamObserver observer_;
  HeldPipeline held_;
  clip::testing::FakePipeline pipeline_{
      clip::testing::AnswerWith({3.0F, 4.0F})};
  std::optional<InProcessService> served_;
  grpc::ClientContext context_;
};

}  // namespace clip::server

#endif  // TESTS_SERVER_SERVICE_ENCODE_STREAM_FIXTURE_H_
