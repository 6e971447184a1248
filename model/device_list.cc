#include "model/device_list.h"

#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace clip::model {
namespace {

// More than any machine has.
constexpr size_t kMaxDevices = 128;
constexpr int kMaxGpuIndex = 127;

bool IsGpuName(absl::string_view name) {
  int index = -1;
  return absl::ConsumePrefix(&name, "cuda:") && !name.empty() &&
         name[0] >= '0' && name[0] <= '9' && absl::SimpleAtoi(name, &index) &&
         index <= kMaxGpuIndex;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseDeviceList(
    absl::string_view list) {
  std::vector<std::string> names = absl::StrSplit(list, ',');
  if (names.size() > kMaxDevices) {
    return absl::InvalidArgumentError(
        absl::StrCat("at most ", kMaxDevices, " devices"));
  }
  if (names.size() == 1 && names[0] == "auto") return names;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (name != "cpu" && !IsGpuName(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat("a device is auto (alone), cpu or cuda:N, not ", name));
    }
    const bool is_new = seen.insert(name).second;
    if (!is_new && name != "cpu") {
      return absl::InvalidArgumentError(absl::StrCat(name, " is named twice"));
    }
  }
  if (seen.count("cpu") > 0 && seen.size() > 1) {
    return absl::InvalidArgumentError("cpu and GPUs do not share a model");
  }
  return names;
}

}  // namespace clip::model
