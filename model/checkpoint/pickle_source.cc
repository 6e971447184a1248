#include "model/checkpoint/pickle_source.h"

#include <algorithm>

#include "model/base/status_macros.h"
#include "model/checkpoint/pickle_errors.h"

namespace clip::model {

absl::StatusOr<std::string_view> PickleSource::Take(uint64_t size) {
  if (size > bytes_.size() - position_)
    return BrokenPickle("the pickle ends early");
  const std::string_view text(
      reinterpret_cast<const char*>(bytes_.data()) + position_, size);
  position_ += size;
  return text;
}

absl::StatusOr<uint64_t> PickleSource::Unsigned(size_t size) {
  CLIP_ASSIGN_OR_RETURN(const std::string_view text, Take(size));
  uint64_t value = 0;
  for (size_t i = size; i > 0; --i) {
    value = value << 8 | static_cast<uint8_t>(text[i - 1]);
  }
  return value;
}

absl::StatusOr<int64_t> PickleSource::Signed(size_t size) {
  CLIP_ASSIGN_OR_RETURN(uint64_t value, Unsigned(size));
  const bool negative = size > 0 && (value >> (8 * size - 1) & 1) != 0;
  if (negative && size < 8) value |= ~uint64_t{0} << (8 * size);
  return static_cast<int64_t>(value);
}

absl::StatusOr<std::string_view> PickleSource::Text(size_t size) {
  CLIP_ASSIGN_OR_RETURN(const uint64_t length, Unsigned(size));
  return Take(length);
}

absl::StatusOr<std::string_view> PickleSource::Line() {
  constexpr size_t kMaxLine = 1024;
  const auto rest = bytes_.subspan(position_);
  const size_t size = std::min(rest.size(), kMaxLine);
  const auto* end = std::find(rest.begin(), rest.begin() + size, '\n');
  if (end == rest.begin() + size) return BrokenPickle("an import has no end");
  auto line = Take(static_cast<uint64_t>(end - rest.begin()));
  ++position_;
  return line;
}

}  // namespace clip::model
