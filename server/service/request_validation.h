#ifndef SERVER_SERVICE_REQUEST_VALIDATION_H_
#define SERVER_SERVICE_REQUEST_VALIDATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clip/v1/clip.pb.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/service/embedding_layout.h"
#include "server/service/limits.h"
#include "server/service/served_models.h"

namespace clip::server {

// Requests -> checked pipeline items. Everything that can be told from the
// request alone is refused here, before any of the call runs; what a decoder
// or a tokenizer must find out comes back from the pipeline by item index.
//
// Items are views into the request, which must outlive them. Every error is
// INVALID_ARGUMENT and names the field.
absl::StatusOr<std::vector<PipelineItem>> CheckItems(
    const v1::EncodeImageRequest& request, const ServedModel& model,
    const ServiceLimits& limits);
absl::StatusOr<std::vector<PipelineItem>> CheckItems(
    const v1::EncodeTextRequest& request, const ServedModel& model,
    const ServiceLimits& limits);

// The pictures, then the texts; embeddings that the caller brings are no
// items (similarity_join.h reads them).
absl::StatusOr<std::vector<PipelineItem>> CheckItems(
    const v1::SimilarityRequest& request, const ServedModel& model,
    const ServiceLimits& limits);

// The one item of a message of a stream, without its model and options.
absl::StatusOr<PipelineItem> CheckItem(const v1::EncodeRequest& request,
                                       const ServedModel& model,
                                       const ServiceLimits& limits);

// How the embeddings of a call are to be written.
absl::StatusOr<EmbeddingLayout> CheckOptions(
    const v1::EmbeddingOptions& options, const ServedModel& model);

// The path of the item that CheckItems put at `index`, for example
// "images[2].encoded" or "texts[0]".
std::string ItemField(const v1::EncodeImageRequest& request, int index);
std::string ItemField(const v1::EncodeTextRequest& request, int index);
std::string ItemField(const v1::SimilarityRequest& request, int index);
std::string ItemField(const v1::EncodeRequest& request);

}  // namespace clip::server

#endif  // SERVER_SERVICE_REQUEST_VALIDATION_H_
