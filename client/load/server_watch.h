#ifndef CLIENT_LOAD_SERVER_WATCH_H_
#define CLIENT_LOAD_SERVER_WATCH_H_

#include <condition_variable>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/load/server_metrics.h"
#include "client/mutex.h"

namespace clip::client::load {

// Reads a server's page of metrics while a run goes on: before it, in every
// window, and after it. Reading may block, so the windows are read on a thread
// of the watch: the run never waits for the server's page. It knows no clock.
//
// Used by one thread.
class ServerWatch {
 public:
  using Reader = std::function<absl::StatusOr<std::string>()>;

  struct Options {
    // The page; null = there is none, and nothing is read.
    Reader reader;
    absl::Duration warm_up;
    // Positive. Stretches are about as long.
    absl::Duration window;
    // Off: it reads on the caller's thread, for tests in simulated time.
    bool in_background = true;
  };

  // Reads the page before the run, which blocks.
  explicit ServerWatch(Options options);
  ~ServerWatch();
  ServerWatch(const ServerWatch&) = delete;
  ServerWatch& operator=(const ServerWatch&) = delete;

  // How long the run has been going on; asks for a page when a window has
  // ended, unless the one before is still being read.
  void Advance(absl::Duration elapsed);

  struct Result {
    // From the end of the warm-up to the end of the run; without a page from
    // there, from its start. Nothing where no two pages could be read.
    std::optional<ServerStretch> whole;
    // One after the other; a page that could not be read makes a longer one.
    std::vector<ServerStretch> windows;
    // Why a page could not be read, of the first that could not; else OK.
    absl::Status failure;
  };
  // Reads the page after the run, `elapsed` after its start, which blocks;
  // once.
  Result Finish(absl::Duration elapsed);

 private:
  // A page and the moment of the run that it belongs to.
  struct Sample {
    absl::Duration at;
    ServerMetrics metrics;
  };

  void Read(absl::Duration at) ABSL_LOCKS_EXCLUDED(mutex_);
  void ReadWhatIsAsked() ABSL_LOCKS_EXCLUDED(mutex_);
  // A stretch of a moment says nothing: it becomes part of the one before.
  void DropShortEnd() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  absl::Duration next_;
  Mutex mutex_;
  std::condition_variable changed_;
  // For which moment a page is to be read.
  std::optional<absl::Duration> asked_ ABSL_GUARDED_BY(mutex_);
  bool is_stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Sample> samples_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_SERVER_WATCH_H_
