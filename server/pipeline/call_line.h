#ifndef SERVER_PIPELINE_CALL_LINE_H_
#define SERVER_PIPELINE_CALL_LINE_H_

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "server/admission/admission_controller.h"
#include "server/batching/mutex.h"
#include "server/batching/priority.h"
#include "server/pipeline/embedding_pipeline.h"

namespace clip::server {

// A call as the pipeline got it. Its deadline is a time on the pipeline's
// clock.
struct ArrivedCall {
  std::vector<PipelineItem> items;
  CallOptions options;
  EmbeddingPipeline::Done done;
};

// The calls that found no room and wait for it: a line for each priority, first
// come, first served. It has neither thread nor timer: what frees room calls
// Advance. A call that nobody wants any more leaves the line at its head.
//
// Thread-safe. `ask` runs under the line's lock, so that no room can be freed
// unseen between a refusal and the wait for it.
class CallLine {
 public:
  // Asks admission for one call. Must not block and must not call the line.
  using Ask = std::function<AdmissionResult(const ArrivedCall& call)>;

  // A call that has left the line or never stood in it, and what it got.
  struct Outcome {
    ArrivedCall call;
    AdmissionResult result;
  };

  explicit CallLine(Ask ask) : ask_(std::move(ask)) {}

  // Nothing where the call waits. A call that cannot wait
  // (options.on_admitted) passes the line. After Close: refused, kDraining.
  std::optional<Outcome> Enter(ArrivedCall call);

  // Takes out the calls that are let in or refused for good.
  std::vector<Outcome> Advance();

  // Takes out every call, refused with kDraining; none waits from now on.
  std::vector<Outcome> Close();

 private:
  batching::Mutex mutex_;
  const Ask ask_;
  batching::PerPriority<std::deque<ArrivedCall>> lines_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_CALL_LINE_H_
