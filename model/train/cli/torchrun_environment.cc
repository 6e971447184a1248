#include "model/train/cli/torchrun_environment.h"

#include <limits>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

absl::StatusOr<std::string> Text(const GetEnvironment& get, const char* name) {
  const char* const value = get(name);
  if (value != nullptr && *value != '\0') return std::string(value);
  return absl::InvalidArgumentError(absl::StrCat(
      "WORLD_SIZE is set, and so must be ", name, " in the environment"));
}

absl::StatusOr<int> Number(const GetEnvironment& get, const char* name, int low,
                           int high) {
  CLIP_ASSIGN_OR_RETURN(const std::string text, Text(get, name));
  int number = 0;
  if (absl::SimpleAtoi(text, &number) && number >= low && number <= high) {
    return number;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(name, " in the environment must be a number from ", low,
                   " to ", high, ", not ", text));
}

}  // namespace

absl::StatusOr<ProcessGroupOptions> ReadTorchrunEnvironment(
    const GetEnvironment& get) {
  constexpr int kMaxProcesses = 65536;
  constexpr int kMaxFd = std::numeric_limits<int>::max();
  ProcessGroupOptions options;
  if (get("WORLD_SIZE") == nullptr) return options;
  CLIP_ASSIGN_OR_RETURN(options.world_size,
                        Number(get, "WORLD_SIZE", 1, kMaxProcesses));
  if (options.world_size == 1) return options;
  const int last = options.world_size - 1;
  CLIP_ASSIGN_OR_RETURN(options.rank, Number(get, "RANK", 0, last));
  CLIP_ASSIGN_OR_RETURN(options.local_rank, Number(get, "LOCAL_RANK", 0, last));
  CLIP_ASSIGN_OR_RETURN(options.master_addr, Text(get, "MASTER_ADDR"));
  CLIP_ASSIGN_OR_RETURN(const int port, Number(get, "MASTER_PORT", 1, 65535));
  options.master_port = static_cast<uint16_t>(port);
  const char* const agent = get("TORCHELASTIC_USE_AGENT_STORE");
  options.agent_store = agent != nullptr && std::string(agent) == "True";
  if (get(kListenFdVariable) != nullptr) {
    CLIP_ASSIGN_OR_RETURN(options.listen_fd,
                          Number(get, kListenFdVariable, 0, kMaxFd));
  }
  return options;
}

}  // namespace clip::model
