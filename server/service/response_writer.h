#ifndef SERVER_SERVICE_RESPONSE_WRITER_H_
#define SERVER_SERVICE_RESPONSE_WRITER_H_

#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "clip/v1/clip.pb.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/service/embedding_layout.h"
#include "server/service/label_set_registry.h"
#include "server/service/served_models.h"

namespace clip::server {

// Results of the pipeline -> messages. Pure functions.

v1::ModelInfo WriteModelInfo(const ServedModel& model);

v1::ModelVersion WriteModelVersion(const ServedModel& model);

// `total` is the time since the request arrived.
v1::Timing WriteTiming(const CallTiming& timing, absl::Duration total);

// One embedding as it comes from the model, cut and normalized as the layout
// says, in whatever format it will be written.
std::vector<float> LaidOutValues(absl::Span<const float> embedding,
                                 const EmbeddingLayout& layout);

// One embedding as it comes from the model: cut, normalized and packed as the
// layout says.
v1::Embedding WriteEmbedding(absl::Span<const float> embedding,
                             const EmbeddingLayout& layout);

// REQUIRES: result.status is OK.
v1::EncodeImageResponse WriteImageResponse(const CallResult& result,
                                           const EmbeddingLayout& layout,
                                           const ServedModel& model,
                                           absl::Duration total);
v1::EncodeTextResponse WriteTextResponse(const CallResult& result,
                                         const EmbeddingLayout& layout,
                                         const ServedModel& model,
                                         absl::Duration total);

// The reply of one item of a stream, without its id.
v1::EncodeResponse WriteStreamItem(const EncodedItem& item,
                                   const EmbeddingLayout& layout);

v1::LabelSet WriteLabelSet(const LabelSet& set);

}  // namespace clip::server

#endif  // SERVER_SERVICE_RESPONSE_WRITER_H_
