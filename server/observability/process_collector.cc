#include "server/observability/process_collector.h"

#include <dirent.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "prometheus/metric_type.h"

namespace clip::server {
namespace {

// The fields of /proc/self/stat that are used; proc(5) numbers them from 1.
struct ProcessStat {
  double user_ticks = 0;      // 14
  double system_ticks = 0;    // 15
  double threads = 0;         // 20
  double start_ticks = 0;     // 22, since boot
  double resident_pages = 0;  // 24
};

std::optional<ProcessStat> ReadStat() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // Field 2 is the program's name in parentheses and may hold anything.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(name_end + 1));
  std::string state;
  rest >> state;
  ProcessStat stat;
  double value = 0;
  for (int field = 4; field <= 24 && rest >> value; ++field) {
    if (field == 14) stat.user_ticks = value;
    if (field == 15) stat.system_ticks = value;
    if (field == 20) stat.threads = value;
    if (field == 22) stat.start_ticks = value;
    if (field == 24) stat.resident_pages = value;
  }
  if (!rest) return std::nullopt;
  return stat;
}

// Unix time at which the machine started.
std::optional<double> ReadBootTime() {
  std::ifstream file("/proc/stat");
  std::string word;
  while (file >> word) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return std::nullopt;
}

std::optional<double> CountOpenDescriptors() {
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return std::nullopt;
  int entries = 0;
  while (readdir(directory) != nullptr) ++entries;
  closedir(directory);
  // Without ".", ".." and the descriptor that lists them.
  return entries - 3;
}

prometheus::MetricFamily Family(const char* name, const char* help,
                                prometheus::MetricType type, double value) {
  prometheus::ClientMetric metric;
  if (type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return {name, help, type, {std::move(metric)}};
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessCollector::Collect() const {
  using prometheus::MetricType;
  std::vector<prometheus::MetricFamily> families;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  if (const auto stat = ReadStat()) {
    families.push_back(Family("process_resident_memory_bytes",
                              "Resident memory size in bytes.",
                              MetricType::Gauge, stat->resident_pages * page));
    families.push_back(Family("process_cpu_seconds_total",
                              "User and system processor time in seconds.",
                              MetricType::Counter,
                              (stat->user_ticks + stat->system_ticks) / ticks));
    families.push_back(Family("process_threads", "Threads of the process.",
                              MetricType::Gauge, stat->threads));
    if (const auto boot = ReadBootTime()) {
      families.push_back(Family("process_start_time_seconds",
                                "Unix time of the start of the process.",
                                MetricType::Gauge,
                                *boot + stat->start_ticks / ticks));
    }
  }
  if (const auto descriptors = CountOpenDescriptors()) {
    families.push_back(Family("process_open_fds", "Open file descriptors.",
                              MetricType::Gauge, *descriptors));
  }
  return families;
}

}  // namespace clip::server
