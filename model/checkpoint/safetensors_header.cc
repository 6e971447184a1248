#include "model/checkpoint/safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/safetensors_header_sax.h"

namespace clip::model {
namespace {

// Shape times element size; nullopt where that overflows.
std::optional<uint64_t> ByteSize(const SafetensorsEntry& entry) {
  uint64_t size = SizeOf(entry.dtype);
  for (const int64_t dimension : entry.shape) {
    if (__builtin_mul_overflow(size, static_cast<uint64_t>(dimension), &size)) {
      return std::nullopt;
    }
  }
  return size;
}

absl::Status TensorError(const SafetensorsEntry& entry,
                         absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("tensor ", entry.name, " ", problem));
}

// Checks that the sorted entries cover the data without hole or overlap.
absl::Status CheckCoverage(const std::vector<SafetensorsEntry>& entries,
                           uint64_t data_size) {
  uint64_t position = 0;
  for (const SafetensorsEntry& entry : entries) {
    if (entry.begin != position || entry.end < entry.begin) {
      return TensorError(entry, "leaves a hole, overlaps or ends too early");
    }
    if (entry.end > data_size) return TensorError(entry, "is cut off");
    if (ByteSize(entry) != entry.end - entry.begin) {
      return TensorError(entry, "has offsets that do not fit its shape");
    }
    position = entry.end;
  }
  if (position == data_size) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      data_size - position, " bytes at the end belong to no tensor"));
}

}  // namespace

absl::StatusOr<std::vector<SafetensorsEntry>> ParseSafetensorsHeader(
    std::string_view json, uint64_t data_size) {
  if (json.empty() || json.front() != '{') {
    return absl::InvalidArgumentError("header does not start with '{'");
  }
  SafetensorsHeaderSax sax;
  if (!nlohmann::json::sax_parse(json, &sax)) {
    return absl::InvalidArgumentError(sax.problem());
  }
  std::vector<SafetensorsEntry> entries = std::move(sax.entries());
  std::sort(entries.begin(), entries.end(),
            [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
              return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
            });
  CLIP_RETURN_IF_ERROR(CheckCoverage(entries, data_size));
  return entries;
}

}  // namespace clip::model
