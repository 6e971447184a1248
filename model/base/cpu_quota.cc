#include "model/base/cpu_quota.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace clip::model {
namespace {

namespace fs = std::filesystem;

std::string ReadFirstLine(const fs::path& file) {
  std::string line;
  std::ifstream stream(file);
  std::getline(stream, line);
  return line;
}

// Cores' time of `quota` in `period`, both in microseconds.
std::optional<double> Cores(absl::string_view quota, absl::string_view period) {
  double quota_us = 0;
  double period_us = 0;
  // "max" and -1 say that there is no limit.
  if (!absl::SimpleAtod(quota, &quota_us) || quota_us <= 0) return {};
  if (!absl::SimpleAtod(period, &period_us) || period_us <= 0) return {};
  return quota_us / period_us;
}

// Of one group in version 2.
std::optional<double> CoresOfGroup(const fs::path& group) {
  const std::vector<std::string> values =
      absl::StrSplit(ReadFirstLine(group / "cpu.max"), ' ');
  if (values.size() != 2) return {};
  return Cores(values[0], values[1]);
}

// Of one group in version 1.
std::optional<double> CoresOfOldGroup(const fs::path& group) {
  return Cores(ReadFirstLine(group / "cpu.cfs_quota_us"),
               ReadFirstLine(group / "cpu.cfs_period_us"));
}

// The smallest limit from `path`, which begins with a slash, up to the root. In
// a container the files of its own group stand at the root and `path` may not
// exist.
template <typename CoresOf>
std::optional<double> Smallest(const fs::path& mount, const fs::path& path,
                               const CoresOf& cores_of) {
  std::optional<double> smallest;
  fs::path group = path.relative_path();
  while (true) {
    const std::optional<double> cores = cores_of(mount / group);
    if (cores) smallest = std::min(*cores, smallest.value_or(*cores));
    if (group.empty()) return smallest;
    group = group.parent_path();
  }
}

bool HasCpuController(absl::string_view controllers) {
  const std::vector<absl::string_view> names = absl::StrSplit(controllers, ',');
  return std::find(names.begin(), names.end(), "cpu") != names.end();
}

}  // namespace

std::optional<double> ReadCpuQuota(const fs::path& root) {
  const fs::path mount = root / "sys/fs/cgroup";
  std::ifstream memberships(root / "proc/self/cgroup");
  std::string line;
  while (std::getline(memberships, line)) {
    // "ID:CONTROLLERS:PATH"; in version 2 there are no controllers.
    const std::vector<std::string> parts =
        absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) continue;
    std::optional<double> cores;
    if (parts[1].empty()) {
      cores = Smallest(mount, parts[2], CoresOfGroup);
    } else if (HasCpuController(parts[1])) {
      cores = Smallest(mount / "cpu", parts[2], CoresOfOldGroup);
    }
    if (cores) return cores;
  }
  return {};
}

}  // namespace clip::model
