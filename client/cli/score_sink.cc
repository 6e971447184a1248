#include "client/cli/score_sink.h"

#include <algorithm>
#include <utility>

#include "client/cli/probabilities.h"

namespace clip::client {

ScoreSink::ScoreSink(ClipClient* client, std::string model, ScoreTexts texts,
                     size_t block, ScoreReport* report)
    : client_(client),
      model_(std::move(model)),
      texts_(std::move(texts)),
      block_(block),
      report_(report) {}

absl::Status ScoreSink::Add(const std::string& name, Row row,
                            const ModelVersion& model) {
  names_.push_back(name);
  images_.push_back(std::move(row.embedding));
  version_ = model;
  return images_.size() < block_ ? absl::OkStatus() : Flush();
}

absl::Status ScoreSink::Fail(const std::string& name, const absl::Status& why) {
  return report_->Fail(name, why);
}

absl::Status ScoreSink::Finish() {
  const absl::Status flushed = Flush();
  const absl::Status finished = report_->Finish();
  return flushed.ok() ? finished : flushed;
}

absl::Status ScoreSink::Flush() {
  const std::vector<Embedding> images = std::exchange(images_, {});
  std::vector<ImageScores> scores;
  for (std::string& name : std::exchange(names_, {})) {
    scores.push_back(ImageScores{std::move(name), {}, {}});
  }
  const size_t texts_a_block =
      texts_.label_set.empty() ? block_ : texts_.size();
  for (size_t first = 0; first < texts_.size() && !images.empty();
       first += texts_a_block) {
    absl::Status scored = ScoreBlock(images, first, scores);
    if (!scored.ok()) return scored;
  }
  for (ImageScores& image : scores) {
    image.probabilities =
        has_bias_ ? Sigmoid(image.logits) : Softmax(image.logits);
    absl::Status written = report_->Add(image, version_);
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

absl::Status ScoreSink::ScoreBlock(const std::vector<Embedding>& images,
                                   size_t first,
                                   std::vector<ImageScores>& scores) {
  SimilarityRequest request;
  request.model = model_;
  request.image_embeddings = images;
  request.label_set = texts_.label_set;
  size_t count = texts_.size();
  if (texts_.label_set.empty()) {
    count = std::min(block_, count - first);
    const auto begin =
        texts_.embeddings.begin() + static_cast<std::ptrdiff_t>(first);
    request.text_embeddings.assign(begin,
                                   begin + static_cast<std::ptrdiff_t>(count));
  }
  const absl::StatusOr<SimilarityReply> reply =
      client_->Similarity(std::move(request));
  if (!reply.ok()) return reply.status();
  if (reply->columns != count) {
    return absl::AbortedError("the label set was replaced during the run");
  }
  has_bias_ = reply->logit_bias.has_value();
  for (size_t i = 0; i < scores.size(); ++i) {
    const auto row =
        reply->logits.begin() + static_cast<std::ptrdiff_t>(i * count);
    scores[i].logits.insert(scores[i].logits.end(), row,
                            row + static_cast<std::ptrdiff_t>(count));
  }
  return absl::OkStatus();
}

}  // namespace clip::client
