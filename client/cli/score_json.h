#ifndef CLIENT_CLI_SCORE_JSON_H_
#define CLIENT_CLI_SCORE_JSON_H_

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "client/cli/score_report.h"

namespace clip::client {

// Scores as one JSON document, written picture by picture:
//   {"texts": [...],
//    "images": [{"file": ..., "best": index of a text,
//                "probabilities": [...], "logits": [...]}, ...],
//    "errors": [{"file": ..., "code": ..., "message": ...}, ...],
//    "model": {"name": ..., "checkpoint_sha256": ...}}
// "logits" only where asked for; "model" is null where nothing was answered.
class ScoreJson : public ScoreReport {
 public:
  // Borrows the stream.
  ScoreJson(std::ostream* out, const std::vector<std::string>& texts,
            bool with_logits);

  absl::Status Add(const ImageScores& scores,
                   const ModelVersion& model) override;
  absl::Status Fail(const std::string& name, const absl::Status& why) override;
  absl::Status Finish() override;

 private:
  void WriteOpening();

  std::ostream* const out_;
  const bool with_logits_;
  // As JSON already.
  std::vector<std::string> texts_;
  std::vector<std::string> errors_;
  // Known from the first answer on.
  std::optional<ModelVersion> model_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_SCORE_JSON_H_
