#include "client/cli/score_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "absl/strings/str_join.h"
#include "client/cli/json_text.h"
#include "client/cli/output_check.h"

namespace clip::client {

ScoreJson::ScoreJson(std::ostream* out, const std::vector<std::string>& texts,
                     bool with_logits)
    : out_(out), with_logits_(with_logits) {
  texts_.reserve(texts.size());
  for (const std::string& text : texts) texts_.push_back(JsonString(text));
}

absl::Status ScoreJson::Add(const ImageScores& scores,
                            const ModelVersion& model) {
  if (model_.has_value()) {
    *out_ << ",\n";
  } else {
    WriteOpening();
  }
  const auto best =
      std::max_element(scores.logits.begin(), scores.logits.end());
  *out_ << fmt::format(R"({{"file": {}, "best": {}, "probabilities": {})",
                       JsonString(scores.name), best - scores.logits.begin(),
                       JsonArray(scores.probabilities));
  if (with_logits_) *out_ << ", \"logits\": " << JsonArray(scores.logits);
  *out_ << '}';
  model_ = model;
  return CheckOutput(*out_);
}

absl::Status ScoreJson::Fail(const std::string& name, const absl::Status& why) {
  errors_.push_back(JsonError("file", name, why));
  return absl::OkStatus();
}

absl::Status ScoreJson::Finish() {
  if (!model_.has_value()) WriteOpening();
  *out_ << "\n],\n\"errors\": [" << absl::StrJoin(errors_, ",\n")
        << "],\n\"model\": "
        << (model_.has_value() ? JsonModel(*model_) : "null") << '}'
        << std::endl;
  return CheckOutput(*out_);
}

void ScoreJson::WriteOpening() {
  *out_ << "{\"texts\": [" << absl::StrJoin(texts_, ",\n")
        << "],\n\"images\": [\n";
}

}  // namespace clip::client
