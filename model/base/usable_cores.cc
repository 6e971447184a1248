#include "model/base/usable_cores.h"

#include <sched.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "model/base/cpu_quota.h"

namespace clip::model {
namespace {

int CoresToRunOn() {
  cpu_set_t cores;
  // Fails where there are more cores than a set has room for.
  if (sched_getaffinity(0, sizeof(cores), &cores) == 0) {
    return CPU_COUNT(&cores);
  }
  return static_cast<int>(std::thread::hardware_concurrency());
}

}  // namespace

int UsableCores() {
  int cores = CoresToRunOn();
  if (const std::optional<double> quota = ReadCpuQuota("/")) {
    if (*quota < cores) cores = static_cast<int>(*quota);
  }
  return std::max(1, cores);
}

}  // namespace clip::model
