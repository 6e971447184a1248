#ifndef TESTS_GPU_RANDOM_MODEL_H_
#define TESTS_GPU_RANDOM_MODEL_H_

#include <string>

#include "absl/status/status.h"

namespace clip::model {

// Writes a hub folder of one of open_clip's configs, by its name, with random
// weights: enough to measure speed. Errors: NOT_FOUND for a name that
// open_clip has not; as CreateModel and WriteSafetensors.
absl::Status WriteRandomModel(const std::string& config_name,
                              const std::string& folder);

}  // namespace clip::model

#endif  // TESTS_GPU_RANDOM_MODEL_H_
