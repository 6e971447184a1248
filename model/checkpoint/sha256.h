#ifndef MODEL_CHECKPOINT_SHA256_H_
#define MODEL_CHECKPOINT_SHA256_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"

namespace clip::model {

// The SHA-256 of `bytes`: 64 lower-case hexadecimal digits.
std::string Sha256(absl::Span<const uint8_t> bytes);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_SHA256_H_
