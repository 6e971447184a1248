#ifndef CLIENT_EMBEDDING_NUMBERS_H_
#define CLIENT_EMBEDDING_NUMBERS_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/clip_values.h"

namespace clip::client {

// The embedding as numbers:
//   kFloat32, kFloat16, kBfloat16   one value a dimension, widened exactly;
//   kInt8                           one integer in [-128, 127] a dimension;
//   kBinary                         one byte in [0, 255] for 8 dimensions, the
//                                   first dimension in its highest bit.
// INTERNAL where the packed bytes do not have a whole number of values.
absl::StatusOr<std::vector<float>> NumbersOf(const Embedding& embedding);

// "float32", "float16", "bfloat16", "int8" or "binary".
std::string_view FormatName(EmbeddingFormat format);

}  // namespace clip::client

#endif  // CLIENT_EMBEDDING_NUMBERS_H_
