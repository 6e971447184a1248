#include "server/process_settings.h"

#include <google/protobuf/stubs/logging.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>

namespace clip::server {
namespace {

// Each connection holds a descriptor, and a listener that runs out of them
// never accepts again.
constexpr rlim_t kDescriptors = 65536;

// oneDNN keeps compiled code for every shape that it meets. The shapes of one
// model are bounded; this bounds the memory of those not used any more.
constexpr char kOneDnnCache[] = "512";

// Lets LibTorch ask for huge pages for tensors of 2 MiB and more: a batch of
// one reads every weight once, and a tenth of that was looking up small pages.
constexpr char kHugePages[] = "THP_MEM_ALLOC_ENABLE";

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

void PrepareProcess() {
  RaiseDescriptorLimit();
  SwitchOffCoreDumps();
  // A reader of our output that goes away must not end the server.
  signal(SIGPIPE, SIG_IGN);
  constexpr int kKeep = 0;
  setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", kOneDnnCache, kKeep);
  setenv(kHugePages, "1", kKeep);
  // Our own log says what matters; these libraries write a line of their own
  // format for each bad request.
  setenv("GRPC_VERBOSITY", "NONE", kKeep);
  google::protobuf::SetLogHandler(nullptr);
}

}  // namespace clip::server
