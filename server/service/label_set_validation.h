#ifndef SERVER_SERVICE_LABEL_SET_VALIDATION_H_
#define SERVER_SERVICE_LABEL_SET_VALIDATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clip/v1/clip.pb.h"
#include "server/service/limits.h"
#include "server/service/served_models.h"

namespace clip::server {

// A label set that has been checked and not yet encoded.
struct LabelSetSpec {
  std::string name;
  std::vector<std::string> labels;
  // At least one, each with a placeholder; see prompt_templates.h.
  std::vector<std::string> templates;
};

// Everything that can be told from the request alone. INVALID_ARGUMENT, naming
// the field and its index.
absl::StatusOr<LabelSetSpec> CheckLabelSet(
    const v1::PutLabelSetRequest& request, const ServedModel& model,
    const ServiceLimits& limits);

}  // namespace clip::server

#endif  // SERVER_SERVICE_LABEL_SET_VALIDATION_H_
