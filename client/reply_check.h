#ifndef CLIENT_REPLY_CHECK_H_
#define CLIENT_REPLY_CHECK_H_

#include <clip/v1/clip.pb.h>

#include "absl/status/status.h"

namespace clip::client {

// INTERNAL where a reply has not one answer for each item of its request, so
// that no caller ever indexes past the end of one.
absl::Status CheckReply(const v1::EncodeImageRequest& request,
                        const v1::EncodeImageResponse& response);
absl::Status CheckReply(const v1::EncodeTextRequest& request,
                        const v1::EncodeTextResponse& response);
absl::Status CheckReply(const v1::SimilarityRequest& request,
                        const v1::SimilarityResponse& response);
absl::Status CheckReply(const v1::PutLabelSetRequest& request,
                        const v1::PutLabelSetResponse& response);
absl::Status CheckReply(const v1::ListLabelSetsRequest& request,
                        const v1::ListLabelSetsResponse& response);
absl::Status CheckReply(const v1::DeleteLabelSetRequest& request,
                        const v1::DeleteLabelSetResponse& response);
absl::Status CheckReply(const v1::ListModelsRequest& request,
                        const v1::ListModelsResponse& response);
absl::Status CheckReply(const v1::GetModelRequest& request,
                        const v1::GetModelResponse& response);

}  // namespace clip::client

#endif  // CLIENT_REPLY_CHECK_H_
