#ifndef MODEL_CREATE_MODEL_H_
#define MODEL_CREATE_MODEL_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/config/clip_config.h"
#include "model/contrastive_model.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// Whether CreateModel can build the config. Errors: INVALID_ARGUMENT naming
// the tower that is not supported.
absl::Status CheckSupported(const ClipConfig& config);

// The model of a config, with uninitialized parameters: CLIP, CustomTextCLIP
// or CoCa.
//
// Errors: as CheckSupported; INVALID_ARGUMENT where the towers cannot be built
// as asked; RESOURCE_EXHAUSTED where memory is short.
absl::StatusOr<std::shared_ptr<ContrastiveModel>> CreateModel(
    const ClipConfig& config, const ParameterOptions& options);

}  // namespace clip::model

#endif  // MODEL_CREATE_MODEL_H_
