#ifndef CLIENT_CLI_EMBEDDING_JSON_H_
#define CLIENT_CLI_EMBEDDING_JSON_H_

#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/json_list.h"
#include "client/cli/row_sink.h"

namespace clip::client {

// Writes the answers as one JSON document, item by item:
//   {"items": [{"file": ..., "embedding": [...]}, ...],
//    "errors": [{"file": ..., "code": ..., "message": ...}, ...],
//    "format": "float32", "model": {"name": ..., "checkpoint_sha256": ...}}
// Texts have "text" for "file", and "token_count" and "truncated" beside it.
// "format" and "model" are null where nothing was answered.
class EmbeddingJson : public RowSink {
 public:
  // Borrows the stream. UNKNOWN where there is no place to keep the errors.
  static absl::StatusOr<std::unique_ptr<EmbeddingJson>> Create(
      std::ostream* out, std::string name_key, bool with_tokens);

  absl::Status Add(const std::string& name, Row row,
                   const ModelVersion& model) override;
  absl::Status Fail(const std::string& name, const absl::Status& why) override;
  absl::Status Finish() override;

 private:
  EmbeddingJson(std::ostream* out, std::string name_key, bool with_tokens,
                std::unique_ptr<JsonList> errors);

  std::ostream* const out_;
  const std::string name_key_;
  const bool with_tokens_;
  // Known from the first answer on.
  std::optional<ModelVersion> model_;
  EmbeddingFormat format_ = EmbeddingFormat::kFloat32;
  // Kept until the end: the document lists them after the items.
  const std::unique_ptr<JsonList> errors_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_EMBEDDING_JSON_H_
