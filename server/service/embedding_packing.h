#ifndef SERVER_SERVICE_EMBEDDING_PACKING_H_
#define SERVER_SERVICE_EMBEDDING_PACKING_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "clip/v1/clip.pb.h"

namespace clip::server {

// Writes values as Embedding.packed of a format other than FLOAT32; the byte
// layouts are those of clip.v1.Format. INT8 expects values in [-1, 1] and
// clamps what rounding leaves outside.
std::string PackEmbedding(absl::Span<const float> values, v1::Format format);

// Reads Embedding.packed back. INVALID_ARGUMENT where the length is not
// `dimensions` values of the format, and for BINARY, which keeps signs only.
absl::StatusOr<std::vector<float>> UnpackEmbedding(std::string_view packed,
                                                   v1::Format format,
                                                   size_t dimensions);

}  // namespace clip::server

#endif  // SERVER_SERVICE_EMBEDDING_PACKING_H_
