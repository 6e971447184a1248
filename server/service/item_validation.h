// One picture or text of a request -> a checked pipeline item, whatever call it
// comes in.
//
// An item is a view into its message, which must outlive it. Every error is
// INVALID_ARGUMENT and names the field, of which the caller gives the path:
// "images[2]" becomes "images[2].encoded".
#ifndef SERVER_SERVICE_ITEM_VALIDATION_H_
#define SERVER_SERVICE_ITEM_VALIDATION_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clip/v1/clip.pb.h"
#include "model/encoder.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/service/limits.h"
#include "server/service/served_models.h"

namespace clip::server {

// The path of what a picture at `field` holds.
std::string ImageField(const v1::Image& image, const std::string& field);

// Whether a call may have so many items; `field` names their list.
absl::Status CheckItemCount(int count, const std::string& field,
                            const ServiceLimits& limits);

// A whole encoded file, without a message around it.
absl::StatusOr<PipelineItem> CheckImageFile(std::string_view file,
                                            const std::string& field,
                                            const ServiceLimits& limits);

absl::StatusOr<PipelineItem> CheckImage(const v1::Image& image,
                                        const std::string& field,
                                        const ServedModel& model,
                                        const ServiceLimits& limits);

// Whether the model takes strings at all.
absl::Status CheckTakesTexts(const std::string& field,
                             const ServedModel& model);

// REQUIRES: the model takes strings.
absl::StatusOr<PipelineItem> CheckText(std::string_view text,
                                       const std::string& field,
                                       const ServiceLimits& limits);

absl::StatusOr<PipelineItem> CheckTokens(const v1::TokenIds& tokens,
                                         const std::string& field,
                                         const model::ModelInfo& info);

}  // namespace clip::server

#endif  // SERVER_SERVICE_ITEM_VALIDATION_H_
