#ifndef SERVER_SERVICE_SERVED_MODELS_H_
#define SERVER_SERVICE_SERVED_MODELS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/encoder.h"
#include "server/pipeline/embedding_pipeline.h"

namespace clip::server {

// A model under the name that clients know it by.
struct ServedModel {
  std::string name;
  model::ModelInfo info;
  // Why the model takes no strings but only token ids; empty where it takes
  // both.
  std::string tokenizer_unavailable;
  // Not owned.
  EmbeddingPipeline* pipeline = nullptr;
};

// The models of one server by name; the first is the default. Immutable and
// so thread-safe. Borrows the pipelines, which must outlive it.
class ServedModels {
 public:
  // INVALID_ARGUMENT where there is no model, or two of one name, or a name is
  // empty.
  static absl::StatusOr<ServedModels> Create(std::vector<ServedModel> models);

  // The model of this name; an empty name is the default. NOT_FOUND where
  // there is none. The pointer lives as long as this object.
  absl::StatusOr<const ServedModel*> Find(std::string_view name) const;

  // In the order of creation, the default first.
  const std::vector<ServedModel>& all() const { return models_; }

 private:
  explicit ServedModels(std::vector<ServedModel> models);

  std::vector<ServedModel> models_;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_SERVED_MODELS_H_
