#include "server/process_settings.h"

#include <google/protobuf/stubs/logging.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace clip::server {
namespace {

// Each connection holds a descriptor, and a listener that runs out of them
// never accepts again.
constexpr rlim_t kDescriptors = 65536;

// oneDNN keeps compiled code for every shape that it meets, and what LibTorch
// puts before it a description: together some 0.8 MB for a product. A block of
// a transformer has four, so that 24 sizes of batches are kept; to make the
// four anew takes 1 ms. oneDNN counts a product as two.
constexpr char kDescriptions[] = "96";
constexpr char kPrimitives[] = "192";

// How often a thread of a forward pass looks whether the others are done before
// it sleeps: some tenths of a millisecond, which is longer than they wait for
// each other where each has a core. By default it is longer than the system
// lets a thread run, so that where another program wants a core the waiting
// thread takes the time that the one it waits for needs.
constexpr char kSpinCount[] = "GOMP_SPINCOUNT";
constexpr char kSpins[] = "10000";

void RaiseDescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (limit.rlim_cur >= kDescriptors) return;
  limit.rlim_cur = std::min(limit.rlim_max, kDescriptors);
  // Best effort: less is served as well.
  setrlimit(RLIMIT_NOFILE, &limit);
}

void SwitchOffCoreDumps() {
  // A core would hold the pictures and texts of callers.
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

}  // namespace

void RestartWithSettings(char** argv) {
  if (getenv(kSpinCount) != nullptr || getenv("OMP_WAIT_POLICY") != nullptr) {
    return;
  }
  if (setenv(kSpinCount, kSpins, /*overwrite=*/0) != 0) return;
  execv("/proc/self/exe", argv);
}

void PrepareProcess() {
  RaiseDescriptorLimit();
  SwitchOffCoreDumps();
  // A reader of our output that goes away must not end the server.
  signal(SIGPIPE, SIG_IGN);
  constexpr int kKeep = 0;
  setenv("LRU_CACHE_CAPACITY", kDescriptions, kKeep);
  setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", kPrimitives, kKeep);
  // Our own log says what matters; these libraries write a line of their own
  // format for each bad request.
  setenv("GRPC_VERBOSITY", "NONE", kKeep);
  google::protobuf::SetLogHandler(nullptr);
}

}  // namespace clip::server
