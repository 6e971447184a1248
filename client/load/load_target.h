#ifndef CLIENT_LOAD_LOAD_TARGET_H_
#define CLIENT_LOAD_LOAD_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "client/call_counter.h"
#include "client/clip_values.h"
#include "client/load/call_spec.h"

namespace clip::client::load {

// How a call came back.
struct CallResult {
  absl::Status status;
  // What the server says of its own time; answered calls only.
  std::optional<Timing> timing = std::nullopt;
  // Items of the answer that were compared with a known one, and were right.
  size_t checked_items = 0;
};

// What a run sends its calls to.
class LoadTarget {
 public:
  virtual ~LoadTarget() = default;

  // Starts a call and returns without waiting for its answer. `done` runs
  // exactly once, on any thread, perhaps before Start returns. Every call ends:
  // the target gives each a deadline. Called by one thread.
  virtual void Start(const CallSpec& spec,
                     std::function<void(CallResult)> done) = 0;

  // What has gone out for the calls so far; more than one attempt a call where
  // the target retries or hedges.
  virtual CallCounts counts() const { return {}; }

  // Ends this call with CANCELLED, soon, unless it has ended. Only for
  // calls with a cancel_after and streamed ones with a deadline, at most once
  // each. On the thread of Start.
  virtual void Cancel(uint64_t index) = 0;

  // Ends the calls in flight with CANCELLED, soon. Nothing is started after
  // that.
  virtual void CancelAll() = 0;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_LOAD_TARGET_H_
