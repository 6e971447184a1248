// The page's side of the API in JSON.
#ifndef SERVER_WEB_WEB_JSON_H_
#define SERVER_WEB_WEB_JSON_H_

#include <cstddef>
#include <string>

#include "clip/v1/clip.pb.h"

namespace clip::server {

// What the page tells people before they send something too large. A plain
// value.
struct WebLimits {
  // Of one picture's file.
  size_t max_image_bytes = size_t{8} << 20;
  // Of one sentence.
  size_t max_text_bytes = size_t{16} << 10;
  // Sentences of one request.
  size_t max_texts = 255;
};

// {"models": [...], "limits": {...}}; the fields of a model have the names of
// v1::ModelInfo, logit_bias is null where there is none.
std::string ModelsJson(const v1::ListModelsResponse& response,
                       const WebLimits& limits);

// {"model": {...}, "logit_scale": s, "logit_bias": b or null, "scores": [...],
// "timing": {...}}, one score a sentence in the order of the request:
// {"logit", "probability", "token_count", "truncated"}. A number that is not
// finite is null.
std::string ScoresJson(const v1::SimilarityResponse& response);

}  // namespace clip::server

#endif  // SERVER_WEB_WEB_JSON_H_
