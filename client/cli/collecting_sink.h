#ifndef CLIENT_CLI_COLLECTING_SINK_H_
#define CLIENT_CLI_COLLECTING_SINK_H_

#include <string>
#include <utility>
#include <vector>

#include "client/cli/row_sink.h"

namespace clip::client {

// Keeps the answers. For lists that fit into memory, such as labels.
class CollectingSink : public RowSink {
 public:
  absl::Status Add(const std::string& name, Row row,
                   const ModelVersion& /*model*/) override {
    names_.push_back(name);
    embeddings_.push_back(std::move(row.embedding));
    return absl::OkStatus();
  }
  absl::Status Fail(const std::string& /*name*/,
                    const absl::Status& /*why*/) override {
    return absl::OkStatus();
  }
  absl::Status Finish() override { return absl::OkStatus(); }

  // The names that were answered, one for each embedding.
  const std::vector<std::string>& names() const { return names_; }
  // The embeddings, which leave the sink.
  std::vector<Embedding> TakeEmbeddings() { return std::move(embeddings_); }

 private:
  std::vector<std::string> names_;
  std::vector<Embedding> embeddings_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_COLLECTING_SINK_H_
