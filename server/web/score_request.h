#ifndef SERVER_WEB_SCORE_REQUEST_H_
#define SERVER_WEB_SCORE_REQUEST_H_

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"
#include "clip/v1/clip.pb.h"

namespace clip::server {

// What a request for scores may hold. The service has limits of its own; these
// bound what is built before it sees the call.
struct ScoreRequestLimits {
  size_t max_texts = 256;
  // Of a name or a key.
  size_t max_name_bytes = 1024;
};

// Reads the page's request for scores:
//   {"model": "name", "image": "<base64 of a file>", "texts": ["...", ...]}
// "model" may be missing; the order does not matter. It is read as a stream
// into the message, so that memory is a small multiple of the body's size
// whatever the body holds.
//
// INVALID_ARGUMENT, with the key in the message, for whatever else it is.
absl::StatusOr<v1::SimilarityRequest> ParseScoreRequest(
    std::string_view body, const ScoreRequestLimits& limits);

}  // namespace clip::server

#endif  // SERVER_WEB_SCORE_REQUEST_H_
