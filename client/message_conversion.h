#ifndef CLIENT_MESSAGE_CONVERSION_H_
#define CLIENT_MESSAGE_CONVERSION_H_

#include <clip/v1/clip.pb.h>

#include <vector>

#include "client/clip_values.h"

namespace clip::client {

// Values to messages; pictures and texts are moved, not copied.
v1::EncodeImageRequest ToMessage(EncodeImageRequest request);
v1::EncodeTextRequest ToMessage(EncodeTextRequest request);
v1::SimilarityRequest ToMessage(SimilarityRequest request);
v1::PutLabelSetRequest ToMessage(PutLabelSetRequest request);
// Without model and options, which only the first message of a stream has.
v1::EncodeRequest ToMessage(StreamItem item);
v1::EmbeddingOptions ToMessage(const EmbeddingOptions& options);

// Messages to values. Nothing is checked: a reply of the wrong length stays
// one; see ClipClient.
EncodeImageReply FromMessage(v1::EncodeImageResponse response);
EncodeTextReply FromMessage(v1::EncodeTextResponse response);
// Without id, status and model.
StreamReply FromMessage(v1::EncodeResponse response);
ModelVersion FromMessage(const v1::ModelVersion& version);
SimilarityReply FromMessage(const v1::SimilarityResponse& response);
ModelInfo FromMessage(const v1::ModelInfo& info);
PutLabelSetReply FromMessage(const v1::PutLabelSetResponse& response);
std::vector<LabelSet> FromMessage(const v1::ListLabelSetsResponse& response);
std::vector<ModelInfo> FromMessage(const v1::ListModelsResponse& response);

}  // namespace clip::client

#endif  // CLIENT_MESSAGE_CONVERSION_H_
