#ifndef CLIENT_BLOCKING_ANSWER_H_
#define CLIENT_BLOCKING_ANSWER_H_

#include <future>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "client/clip_client.h"

namespace clip::client {

// Blocks until the callback that it hands out has run.
template <typename Reply>
class BlockingAnswer {
 public:
  ClipClient::Callback<Reply> callback() {
    return [promise = promise_](absl::StatusOr<Reply> answer) {
      promise->set_value(std::move(answer));
    };
  }
  absl::StatusOr<Reply> Wait() { return promise_->get_future().get(); }

 private:
  // Shared with the callback, which may still be inside set_value when the
  // waiter goes on.
  const std::shared_ptr<std::promise<absl::StatusOr<Reply>>> promise_ =
      std::make_shared<std::promise<absl::StatusOr<Reply>>>();
};

}  // namespace clip::client

#endif  // CLIENT_BLOCKING_ANSWER_H_
