#ifndef CLIENT_CLI_EMBEDDING_NPY_H_
#define CLIENT_CLI_EMBEDDING_NPY_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/json_list.h"
#include "client/cli/npy_writer.h"
#include "client/cli/row_sink.h"

namespace clip::client {

// Writes the answers as a NumPy array [n, d] at `path`, and beside it, at
// `path`.json, what an array cannot say:
//   {"names": [one for each row], "errors": [...], "format": "float32",
//    "model": {"name": ..., "checkpoint_sha256": ...}}
// and for texts "token_count" and "truncated", one for each row.
//
// The array's type is float32, float16, int8 or (for BINARY, 8 dimensions a
// byte) uint8. NumPy has no bfloat16: it is widened to float32, exactly.
class EmbeddingNpy : public RowSink {
 public:
  // UNKNOWN where the file cannot be written. `name_key` is for the errors.
  static absl::StatusOr<std::unique_ptr<EmbeddingNpy>> Create(
      const std::string& path, EmbeddingFormat format, std::string name_key,
      bool with_tokens);

  absl::Status Add(const std::string& name, Row row,
                   const ModelVersion& model) override;
  absl::Status Fail(const std::string& name, const absl::Status& why) override;
  absl::Status Finish() override;

 private:
  // What the sidecar will hold, as JSON already and beside the array on disk.
  struct Lists {
    std::unique_ptr<JsonList> names;
    std::unique_ptr<JsonList> token_counts;
    std::unique_ptr<JsonList> truncated;
    std::unique_ptr<JsonList> errors;
  };

  EmbeddingNpy(const std::string& path, EmbeddingFormat format,
               std::string name_key, bool with_tokens,
               std::unique_ptr<NpyWriter> array, Lists lists);

  absl::Status NoteRow(const std::string& name, const Row& row);
  absl::Status WriteSidecar() const;

  const std::string sidecar_path_;
  const EmbeddingFormat format_;
  const std::string name_key_;
  const bool with_tokens_;
  const std::unique_ptr<NpyWriter> array_;
  const Lists lists_;
  std::optional<ModelVersion> model_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_EMBEDDING_NPY_H_
