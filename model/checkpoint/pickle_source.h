#ifndef MODEL_CHECKPOINT_PICKLE_SOURCE_H_
#define MODEL_CHECKPOINT_PICKLE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace clip::model {

// Takes opcodes and their arguments from the front of a pickle, never from
// behind its end. Borrows the bytes, as do the texts that it gives. Not
// thread-safe.
//
// Errors: INVALID_ARGUMENT where the pickle ends before what is asked for.
class PickleSource {
 public:
  explicit PickleSource(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  // Bytes that were taken.
  size_t position() const { return position_; }

  absl::StatusOr<std::string_view> Take(uint64_t size);

  // Of `size` bytes, at most eight, the lowest first.
  absl::StatusOr<uint64_t> Unsigned(size_t size);

  // Two's complement of `size` bytes, at most eight.
  absl::StatusOr<int64_t> Signed(size_t size);

  // A length of `size` bytes and as much text.
  absl::StatusOr<std::string_view> Text(size_t size);

  // Up to a line feed, which is skipped. An error where none comes soon.
  absl::StatusOr<std::string_view> Line();

 private:
  const absl::Span<const uint8_t> bytes_;
  size_t position_ = 0;
};

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_PICKLE_SOURCE_H_
