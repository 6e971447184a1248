#include "client/cli/ensemble_sink.h"

namespace clip::client {

absl::Status EnsembleSink::Add(const std::string& /*name*/, Row row,
                               const ModelVersion& /*model*/) {
  const std::vector<float>& values = row.embedding.values;
  if (!ensemble_.has_value()) {
    embed_dim_ = values.size();
    ensemble_.emplace(labels_, templates_, embed_dim_);
  }
  if (values.empty() || values.size() != embed_dim_) {
    return absl::InternalError("the server's embeddings differ in length");
  }
  ensemble_->Add(values);
  return absl::OkStatus();
}

absl::Status EnsembleSink::Fail(const std::string& /*name*/,
                                const absl::Status& why) {
  return why;
}

absl::StatusOr<std::vector<Embedding>> EnsembleSink::Embeddings() const {
  const absl::StatusOr<std::vector<float>> weights = ensemble_->Weights();
  if (!weights.ok()) return weights.status();
  std::vector<Embedding> embeddings(labels_);
  auto row = weights->begin();
  for (Embedding& embedding : embeddings) {
    const auto end = row + static_cast<std::ptrdiff_t>(embed_dim_);
    embedding.values.assign(row, end);
    row = end;
  }
  return embeddings;
}

}  // namespace clip::client
