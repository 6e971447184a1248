#ifndef TESTS_CLIENT_TOY_MODEL_H_
#define TESTS_CLIENT_TOY_MODEL_H_

#include <clip/v1/clip.pb.h>

#include <optional>
#include <string>

namespace clip::client {

// The model of FakeClipServer has 4 dimensions: a picture or text becomes the
// axis of its first byte (modulo 4), so "a.." and "e.." agree and "a.." and
// "b.." do not.
inline constexpr float kToyLogitScale = 10;

void FillToyEmbedding(const std::string& content, v1::Embedding* embedding);

void FillToyVersion(v1::ModelVersion* version);

v1::ModelInfo ToyModelInfo(std::optional<float> logit_bias);

}  // namespace clip::client

#endif  // TESTS_CLIENT_TOY_MODEL_H_
