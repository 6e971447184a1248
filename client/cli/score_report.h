#ifndef CLIENT_CLI_SCORE_REPORT_H_
#define CLIENT_CLI_SCORE_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/clip_values.h"

namespace clip::client {

// One picture against all texts, in the order of the texts.
struct ImageScores {
  std::string name;
  std::vector<float> logits;
  std::vector<float> probabilities;
};

// Writes scores, picture by picture. Used by one thread. A status that is not
// OK ends the run: the output broke.
class ScoreReport {
 public:
  virtual ~ScoreReport() = default;

  virtual absl::Status Add(const ImageScores& scores,
                           const ModelVersion& model) = 0;
  virtual absl::Status Fail(const std::string& name,
                            const absl::Status& why) = 0;
  // Once, last.
  virtual absl::Status Finish() = 0;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_SCORE_REPORT_H_
