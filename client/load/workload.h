#ifndef CLIENT_LOAD_WORKLOAD_H_
#define CLIENT_LOAD_WORKLOAD_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/load/call_spec.h"

namespace clip::client::load {

// Shares of the kinds in CallKind's order; only their ratio counts.
using Mix = std::array<double, kCallKindCount>;

// "image", "text", "similarity", "stream-image" or "stream-text".
absl::string_view NameOf(CallKind kind);

// Reads "image=0.7,text=0.3"; a kind that is not named has no share.
// INVALID_ARGUMENT where it is not of that form, or no share is above zero.
absl::StatusOr<Mix> ParseMix(absl::string_view text);

// A part of the calls, in [0, 1], and a time of theirs.
struct SharedTime {
  double share = 0;
  absl::Duration time;
};

// Reads "0.1:50ms,0.2:1s". INVALID_ARGUMENT where it is not of that form, a
// time is not positive, or the shares are more than 1 together.
absl::StatusOr<std::vector<SharedTime>> ParseSharedTimes(
    absl::string_view text);

struct WorkloadOptions {
  Mix mix = {1, 0, 0};
  // Pictures, or texts, of one call; a Similarity has as many of each, and a
  // streamed item is always one.
  int items_per_call = 1;
  // Share of the items that are drawn from the same few, in [0, 1]. More show
  // what a cache is worth.
  double duplicate_share = 0;
  // Share of the calls with pictures that hold one that is none, in [0, 1].
  double spoilt_share = 0;
  // Whose caller goes away so long after the call was due; as ParseSharedTimes
  // gives them. The other calls wait for their answer.
  std::vector<SharedTime> cancels;
  // Deadlines that differ from the target's own, likewise.
  std::vector<SharedTime> deadlines;
  // The same seed makes the same calls.
  uint64_t seed = 1;
};

// What the calls of a run are made of: a pure function of their place.
class Workload {
 public:
  // How many items the duplicates are drawn from: ids 0 to kHotItems - 1.
  static constexpr uint64_t kHotItems = 16;

  // INVALID_ARGUMENT names the option that is out of range.
  static absl::StatusOr<Workload> Create(const WorkloadOptions& options);

  CallSpec SpecOf(uint64_t index) const;

  const Mix& mix() const { return options_.mix; }

 private:
  explicit Workload(const WorkloadOptions& options) : options_(options) {}

  void DrawItems(uint64_t base, CallSpec& spec) const;
  uint64_t DrawId(uint64_t random) const;

  WorkloadOptions options_;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_WORKLOAD_H_
