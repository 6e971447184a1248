#ifndef CLIENT_CALL_COUNTER_H_
#define CLIENT_CALL_COUNTER_H_

#include <atomic>
#include <cstdint>

namespace clip::client {

// What a client has sent so far. Streams and health checks are left out.
struct CallCounts {
  // Calls of the caller.
  uint64_t calls = 0;
  // Calls that went out for them; the ones below are among these.
  uint64_t attempts = 0;
  // After an attempt that failed.
  uint64_t retries = 0;
  // Beside an attempt that was slow; see HedgingOptions.
  uint64_t hedges = 0;
  // Hedges whose answer came first.
  uint64_t hedges_won = 0;

  CallCounts& operator+=(const CallCounts& other);
  // Since `earlier`, which counted the same.
  CallCounts operator-(const CallCounts& earlier) const;
};

// Counts them. Thread-safe.
class CallCounter {
 public:
  void OnCall() { ++calls_; }
  void OnAttempt(bool is_retry) {
    ++attempts_;
    if (is_retry) ++retries_;
  }
  void OnHedge() { ++hedges_; }
  void OnHedgeWon() { ++hedges_won_; }

  CallCounts counts() const {
    return {calls_, attempts_, retries_, hedges_, hedges_won_};
  }

 private:
  std::atomic<uint64_t> calls_{0};
  std::atomic<uint64_t> attempts_{0};
  std::atomic<uint64_t> retries_{0};
  std::atomic<uint64_t> hedges_{0};
  std::atomic<uint64_t> hedges_won_{0};
};

}  // namespace clip::client

#endif  // CLIENT_CALL_COUNTER_H_
