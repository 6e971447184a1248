#ifndef CLIENT_CLI_ENSEMBLE_SINK_H_
#define CLIENT_CLI_ENSEMBLE_SINK_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/row_sink.h"
#include "model/zero_shot/prompt_ensemble.h"

namespace clip::client {

// Takes the embeddings of prompts, all templates of a label after another, and
// averages them as they come: what is kept is one row a label. A prompt that
// fails ends the run, since its label would not be what was asked for.
//
// Used by one thread.
class EnsembleSink : public RowSink {
 public:
  EnsembleSink(size_t labels, size_t templates)
      : labels_(labels), templates_(templates) {}

  absl::Status Add(const std::string& name, Row row,
                   const ModelVersion& model) override;
  absl::Status Fail(const std::string& name, const absl::Status& why) override;
  absl::Status Finish() override { return absl::OkStatus(); }

  // One embedding a label. REQUIRES: every prompt has been added.
  absl::StatusOr<std::vector<Embedding>> Embeddings() const;

 private:
  const size_t labels_;
  const size_t templates_;
  // Known from the first row on.
  size_t embed_dim_ = 0;
  std::optional<model::PromptEnsemble> ensemble_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_ENSEMBLE_SINK_H_
