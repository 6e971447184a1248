#ifndef MODEL_TRAIN_WEB_DATASET_TAR_HEADER_H_
#define MODEL_TRAIN_WEB_DATASET_TAR_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace clip::model {

// Headers and data of a tar archive start at multiples of this.
constexpr size_t kTarBlockBytes = 512;

// What a member's header block says, in the forms ustar, GNU and older.
struct TarHeader {
  // With ustar's prefix; may be empty.
  std::string name;
  // Bytes of data, at most the largest int64.
  uint64_t size = 0;
  char type = '0';
};

// Reads a block of kTarBlockBytes. nullopt for a block of zeros, which ends an
// archive. INVALID_ARGUMENT, without a place, where the checksum does not fit
// or a number is none, is negative or too large.
absl::StatusOr<std::optional<TarHeader>> ParseTarHeader(std::string_view block);

}  // namespace clip::model

#endif  // MODEL_TRAIN_WEB_DATASET_TAR_HEADER_H_
