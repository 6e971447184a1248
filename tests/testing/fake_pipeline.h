#ifndef TESTS_TESTING_FAKE_PIPELINE_H_
#define TESTS_TESTING_FAKE_PIPELINE_H_

#include <functional>
#include <utility>
#include <vector>

#include "server/batching/mutex.h"
#include "server/pipeline/embedding_pipeline.h"

namespace clip::testing {

// A pipeline that does what the test says with each call, on the thread that
// makes it. Thread-safe.
class FakePipeline final : public server::EmbeddingPipeline {
 public:
  // May throw, keep `done` for later, or never run it.
  using Handler = std::function<void(std::vector<server::PipelineItem> items,
                                     server::CallOptions options, Done done)>;

  explicit FakePipeline(Handler handler) : handler_(std::move(handler)) {}

  void set_handler(Handler handler) {
    batching::MutexLock lock(mutex_);
    handler_ = std::move(handler);
  }

  void Encode(std::vector<server::PipelineItem> items,
              server::CallOptions options, Done done) override {
    Handler handler;
    {
      batching::MutexLock lock(mutex_);
      handler = handler_;
    }
    handler(std::move(items), std::move(options), std::move(done));
  }

 private:
  batching::Mutex mutex_;
  Handler handler_ ABSL_GUARDED_BY(mutex_);
};

// A handler that gives every item the same embedding and token count.
inline FakePipeline::Handler AnswerWith(const std::vector<float>& embedding) {
  return [embedding](const std::vector<server::PipelineItem>& items,
                     const server::CallOptions&,
                     const server::EmbeddingPipeline::Done& done) {
    server::CallResult result;
    result.items.resize(items.size(), {embedding, 3, false});
    done(std::move(result));
  };
}

// A handler that fails every call.
inline FakePipeline::Handler FailWith(const absl::Status& status,
                                      int failed_item = -1,
                                      absl::Duration retry_after = {}) {
  return
      [=](const std::vector<server::PipelineItem>&, const server::CallOptions&,
          const server::EmbeddingPipeline::Done& done) {
        server::CallResult result;
        result.status = status;
        result.failed_item = failed_item;
        result.retry_after = retry_after;
        done(std::move(result));
      };
}

}  // namespace clip::testing

#endif  // TESTS_TESTING_FAKE_PIPELINE_H_
