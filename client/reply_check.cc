#include "client/reply_check.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace clip::client {
namespace {

absl::Status CountMismatch(size_t answered, size_t asked) {
  return absl::InternalError(absl::StrCat("the server answered ", answered,
                                          " items of a call of ", asked));
}

}  // namespace

absl::Status CheckReply(const v1::EncodeImageRequest& request,
                        const v1::EncodeImageResponse& response) {
  if (response.embeddings_size() == request.images_size()) {
    return absl::OkStatus();
  }
  return CountMismatch(response.embeddings_size(), request.images_size());
}

absl::Status CheckReply(const v1::EncodeTextRequest& request,
                        const v1::EncodeTextResponse& response) {
  const int asked = request.texts_size() + request.token_ids_size();
  if (response.embeddings_size() == asked &&
      response.token_count_size() == asked &&
      response.truncated_size() == asked) {
    return absl::OkStatus();
  }
  return CountMismatch(response.embeddings_size(), asked);
}

absl::Status CheckReply(const v1::SimilarityRequest& request,
                        const v1::SimilarityResponse& response) {
  const int rows = request.images_size() + request.image_embeddings_size();
  const int columns =
      request.label_set().empty()
          ? request.texts_size() + request.text_embeddings_size()
          // How many labels the set has, only the server knows.
          : response.labels_size();
  const int64_t scores = static_cast<int64_t>(rows) * columns;
  if (response.rows() == static_cast<uint32_t>(rows) &&
      response.columns() == static_cast<uint32_t>(columns) &&
      response.logits_size() == scores &&
      response.probabilities_size() == scores) {
    return absl::OkStatus();
  }
  return CountMismatch(response.logits_size(), scores);
}

absl::Status CheckReply(const v1::PutLabelSetRequest& request,
                        const v1::PutLabelSetResponse& response) {
  const int answered = response.label_set().labels_size();
  if (answered == request.labels_size()) return absl::OkStatus();
  return CountMismatch(answered, request.labels_size());
}

absl::Status CheckReply(const v1::ListLabelSetsRequest&,
                        const v1::ListLabelSetsResponse&) {
  return absl::OkStatus();
}

absl::Status CheckReply(const v1::DeleteLabelSetRequest&,
                        const v1::DeleteLabelSetResponse&) {
  return absl::OkStatus();
}

absl::Status CheckReply(const v1::ListModelsRequest&,
                        const v1::ListModelsResponse&) {
  return absl::OkStatus();
}

absl::Status CheckReply(const v1::GetModelRequest&,
                        const v1::GetModelResponse& response) {
  if (response.has_model()) return absl::OkStatus();
  return absl::InternalError("the server answered without a model");
}

}  // namespace clip::client
