#ifndef TESTS_SERVER_SERVICE_CLIP_SERVICE_FIXTURE_H_
#define TESTS_SERVER_SERVICE_CLIP_SERVICE_FIXTURE_H_

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "clip/v1/clip.grpc.pb.h"
#include "server/service/call_observer.h"
#include "tests/server/service/in_process_service.h"
#include "tests/testing/fake_pipeline.h"

namespace clip::server {

// Keeps what it is told.
class SeenCalls final : public CallObserver {
 public:
  struct Seen {
    RpcMethod method;
    std::string request_id;
    absl::StatusCode code;
    std::string cause;
    std::optional<RejectReason> rejected;
  };

  void OnCallFinished(const CallRecord& record) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    seen_.push_back({record.method, std::string(record.request_id), record.code,
                     std::string(record.cause), record.rejected});
  }
  void OnLabelSetChanged(const LabelSetChange& change) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    label_sets_ += change.delta;
  }
  int label_sets() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return label_sets_;
  }
  std::vector<Seen> seen() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return seen_;
  }

 private:
  std::mutex mutex_;
  std::vector<Seen> seen_;
  int label_sets_ = 0;
};

// ClipService over a pipeline that answers (3, 4), and what it was asked.
class ClipServiceFixture : public ::testing::Test {
 protected:
  static v1::EncodeImageRequest OneImage() {
    v1::EncodeImageRequest request;
    request.add_images()->set_encoded("file");
    return request;
  }

  grpc::Status EncodeImage(const v1::EncodeImageRequest& request) {
    return stub().EncodeImage(&context_, request, &image_response_);
  }

  std::string Trailer(const std::string& key) const {
    const auto& trailers = context_.GetServerTrailingMetadata();
    const auto found = trailers.find(key);
    return found == trailers.end()
               ? ""
               : std::string(found->second.data(), found->second.size());
  }

  v1::ClipService::Stub& stub() { return served_.stub(); }
  const std::shared_ptr<grpc::Channel>& channel() { return served_.channel(); }
  ClipService& service() { return served_.service(); }
  CallGate& gate() { return served_.gate(); }

  SeenCalls observer_;
  clip::testing::FakePipeline pipeline_{
      clip::testing::AnswerWith({3.0F, 4.0F})};
  InProcessService served_{pipeline_, observer_};
  grpc::ClientContext context_;
  v1::EncodeImageResponse image_response_;
};

}  // namespace clip::server

#endif  // TESTS_SERVER_SERVICE_CLIP_SERVICE_FIXTURE_H_
