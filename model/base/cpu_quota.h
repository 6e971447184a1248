#ifndef MODEL_BASE_CPU_QUOTA_H_
#define MODEL_BASE_CPU_QUOTA_H_

#include <filesystem>
#include <optional>

namespace clip::model {

// How many cores' time the control groups of this process may use, which is how
// a container's limit is set: the smallest of its own and those above it, in
// version 1 or 2 of control groups. None where there is no limit or none can be
// read. `root` is where /proc and /sys are. Thread-safe.
std::optional<double> ReadCpuQuota(const std::filesystem::path& root);

}  // namespace clip::model

#endif  // MODEL_BASE_CPU_QUOTA_H_
