#ifndef CLIENT_CLI_EMBEDDING_TABLE_H_
#define CLIENT_CLI_EMBEDDING_TABLE_H_

#include <cstddef>
#include <ostream>
#include <string>

#include "client/cli/row_sink.h"

namespace clip::client {

// Writes each answer as a line for people: name, length, the first numbers.
// Failures are not written; they go to standard error.
class EmbeddingTable : public RowSink {
 public:
  // Borrows the stream. Names are shown in `name_width` characters; with
  // `with_tokens`, the line says how many token ids the text had.
  EmbeddingTable(std::ostream* out, size_t name_width, bool with_tokens);

  absl::Status Add(const std::string& name, Row row,
                   const ModelVersion& model) override;
  absl::Status Fail(const std::string& name, const absl::Status& why) override;
  absl::Status Finish() override;

 private:
  std::ostream* const out_;
  const size_t name_width_;
  const bool with_tokens_;
  bool has_title_ = false;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_EMBEDDING_TABLE_H_
