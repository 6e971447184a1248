#ifndef CLIENT_CLI_PROBABILITIES_H_
#define CLIENT_CLI_PROBABILITIES_H_

#include <vector>

namespace clip::client {

// The probabilities of one picture's logits, as clip.v1.SimilarityResponse
// defines them: a softmax over the texts, or, for a model with a logit bias,
// the sigmoid of each.
std::vector<float> Softmax(const std::vector<float>& logits);
std::vector<float> Sigmoid(const std::vector<float>& logits);

}  // namespace clip::client

#endif  // CLIENT_CLI_PROBABILITIES_H_
