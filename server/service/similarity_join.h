#ifndef SERVER_SERVICE_SIMILARITY_JOIN_H_
#define SERVER_SERVICE_SIMILARITY_JOIN_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clip/v1/clip.pb.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/service/label_set_registry.h"
#include "server/service/served_models.h"

namespace clip::server {

// The embeddings of one Similarity call: those that the caller brought and
// those that the model makes, brought together into one response. Movable.
class SimilarityJoin {
 public:
  // Reads the embeddings that the caller brought; `label_set` stands for the
  // texts where it is not null. INVALID_ARGUMENT, naming the
  // field, for a wrong length, a value that is not finite, an embedding of
  // zeros, or a format that cannot be scored.
  static absl::StatusOr<SimilarityJoin> Create(
      const v1::SimilarityRequest& request, const ServedModel& model,
      std::shared_ptr<const LabelSet> label_set = nullptr);

  // Joins in the results of the request's items, pictures first, as CheckItems
  // orders them; empty where the caller brought both sides. Call once.
  v1::SimilarityResponse Join(const CallResult& result, absl::Duration total);

 private:
  SimilarityJoin(const ServedModel& model, int encoded_images);

  void AddEncoded(const CallResult& result);
  void WriteTokenCounts(const CallResult& result,
                        v1::SimilarityResponse& response) const;

  // Not owned; the service keeps its models for as long as it lives.
  const ServedModel* model_;
  int encoded_images_;
  // Row-major, embed_dim values a row.
  std::vector<float> images_;
  std::vector<float> texts_;
  // Null where the request names none.
  std::shared_ptr<const LabelSet> label_set_;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_SIMILARITY_JOIN_H_
