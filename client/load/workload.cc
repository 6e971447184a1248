#include "client/load/workload.h"

#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/load/mixed_bits.h"

namespace clip::client::load {
namespace {

constexpr std::array<absl::string_view, kCallKindCount> kKindNames = {
    "image", "text", "similarity", "stream-image", "stream-text"};
constexpr int kMaxItems = 10'000;
constexpr uint64_t kCancelDraw = 0x63616e63656c;
constexpr uint64_t kDeadlineDraw = 0x646561646c696e65;

double SumOf(const Mix& mix) {
  return std::accumulate(mix.begin(), mix.end(), 0.0);
}

bool IsShare(double value) { return value >= 0 && value <= 1; }

absl::Status BadMix(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not a mix such as image=0.7,text=0.3"));
}

// `point` in [0, 1).
CallKind KindAt(const Mix& mix, double point) {
  double left = point * SumOf(mix);
  CallKind last = CallKind::kImage;
  for (size_t kind = 0; kind < mix.size(); ++kind) {
    if (mix[kind] <= 0) continue;
    last = static_cast<CallKind>(kind);
    if (left < mix[kind]) break;
    left -= mix[kind];
  }
  return last;
}

// The time of the share that `point`, in [0, 1), falls into; else zero.
absl::Duration TimeAt(const std::vector<SharedTime>& shares, double point) {
  for (const SharedTime& entry : shares) {
    if (point < entry.share) return entry.time;
    point -= entry.share;
  }
  return absl::ZeroDuration();
}

}  // namespace

absl::string_view NameOf(CallKind kind) {
  return kKindNames[static_cast<size_t>(kind)];
}

absl::StatusOr<Mix> ParseMix(absl::string_view text) {
  Mix mix = {};
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::vector<absl::string_view> pair = absl::StrSplit(part, '=');
    size_t kind = 0;
    while (kind < kCallKindCount && kKindNames[kind] != pair[0]) ++kind;
    double share = 0;
    if (pair.size() != 2 || kind == kCallKindCount ||
        !absl::SimpleAtod(pair[1], &share) || !(share >= 0 && share <= 1e6)) {
      return BadMix(text);
    }
    mix[kind] = share;
  }
  if (SumOf(mix) <= 0) {
    return absl::InvalidArgumentError("the mix is empty: no share is above 0");
  }
  return mix;
}

absl::StatusOr<std::vector<SharedTime>> ParseSharedTimes(
    absl::string_view text) {
  std::vector<SharedTime> shares;
  double sum = 0;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::vector<std::string> pair = absl::StrSplit(part, ':');
    SharedTime entry;
    if (pair.size() != 2 || !absl::SimpleAtod(pair[0], &entry.share) ||
        !IsShare(entry.share) || !absl::ParseDuration(pair[1], &entry.time) ||
        entry.time <= absl::ZeroDuration() ||
        entry.time == absl::InfiniteDuration()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", text,
                       "\" is not a list such as 0.1:50ms,0.2:1s: a share of "
                       "the calls, and their time"));
    }
    sum += entry.share;
    shares.push_back(entry);
  }
  // Of tenths the sum may be a little off.
  if (sum > 1 + 1e-9) {
    return absl::InvalidArgumentError(
        absl::StrCat("the shares of \"", text, "\" are more than 1 together"));
  }
  return shares;
}

absl::StatusOr<Workload> Workload::Create(const WorkloadOptions& options) {
  if (SumOf(options.mix) <= 0) {
    return absl::InvalidArgumentError("the mix is empty");
  }
  if (options.items_per_call < 1 || options.items_per_call > kMaxItems) {
    return absl::InvalidArgumentError(
        absl::StrCat("items_per_call is not between 1 and ", kMaxItems));
  }
  if (!IsShare(options.duplicate_share) || !IsShare(options.spoilt_share)) {
    return absl::InvalidArgumentError("a share is not between 0 and 1");
  }
  return Workload(options);
}

CallSpec Workload::SpecOf(uint64_t index) const {
  const uint64_t base = MixedBits(options_.seed) ^ MixedBits(index * 2 + 1);
  CallSpec spec;
  spec.index = index;
  spec.kind = KindAt(options_.mix, MixedShare(base + 1));
  DrawItems(base, spec);
  spec.spoil_picture =
      !spec.picture_ids.empty() && MixedShare(base + 2) < options_.spoilt_share;
  // Draws of their own: with more shares, the calls hold the same items.
  spec.cancel_after =
      TimeAt(options_.cancels, MixedShare(MixedBits(base) ^ kCancelDraw));
  spec.deadline =
      TimeAt(options_.deadlines, MixedShare(MixedBits(base) ^ kDeadlineDraw));
  return spec;
}

void Workload::DrawItems(uint64_t base, CallSpec& spec) const {
  const uint64_t items = IsStreamed(spec.kind)
                             ? 1
                             : static_cast<uint64_t>(options_.items_per_call);
  for (uint64_t i = 0; i < items; ++i) {
    const uint64_t random = MixedBits(base + 3 + i);
    if (HasPictures(spec.kind)) spec.picture_ids.push_back(DrawId(random));
    if (HasTexts(spec.kind)) spec.text_ids.push_back(DrawId(random + 1));
  }
}

uint64_t Workload::DrawId(uint64_t random) const {
  const uint64_t id = MixedBits(random);
  if (MixedShare(random + 1) < options_.duplicate_share) return id % kHotItems;
  // Never one of the hot ones, in practice never the same twice.
  return id | (uint64_t{1} << 63);
}

}  // namespace clip::client::load
