#ifndef CLIENT_CLI_SCORE_SINK_H_
#define CLIENT_CLI_SCORE_SINK_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/row_sink.h"
#include "client/cli/score_report.h"
#include "client/clip_client.h"

namespace clip::client {

// What pictures are scored against: embeddings, or a label set of the server.
struct ScoreTexts {
  std::vector<Embedding> embeddings;
  // Empty = the embeddings.
  std::string label_set;
  // Labels of the set; not read for embeddings.
  size_t label_count = 0;

  size_t size() const {
    return label_set.empty() ? embeddings.size() : label_count;
  }
};

// Takes the embeddings of pictures and scores them against those of the texts
// with Similarity calls, in blocks, because a call has a limit of items and a
// list of labels may be longer. The logits of a block do not depend on the
// others; the probabilities are computed here, over all texts. A label set is
// one block.
//
// Used by one thread, which Add and Finish block for the calls: they carry
// embeddings only and take a fraction of the time of the pictures.
class ScoreSink : public RowSink {
 public:
  // Borrows client and report. `block` = most pictures, and most texts, a call.
  ScoreSink(ClipClient* client, std::string model, ScoreTexts texts,
            size_t block, ScoreReport* report);

  absl::Status Add(const std::string& name, Row row,
                   const ModelVersion& model) override;
  absl::Status Fail(const std::string& name, const absl::Status& why) override;
  absl::Status Finish() override;

 private:
  // Scores and reports the pictures that wait; none waits afterwards.
  absl::Status Flush();
  // `images` against the texts from `first` on; appends to the logits of each.
  absl::Status ScoreBlock(const std::vector<Embedding>& images, size_t first,
                          std::vector<ImageScores>& scores);

  ClipClient* const client_;
  const std::string model_;
  const ScoreTexts texts_;
  const size_t block_;
  ScoreReport* const report_;
  std::vector<std::string> names_;
  std::vector<Embedding> images_;
  ModelVersion version_;
  bool has_bias_ = false;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_SCORE_SINK_H_
