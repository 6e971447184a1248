#ifndef MODEL_TRAIN_RESULT_FOLDER_H_
#define MODEL_TRAIN_RESULT_FOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "model/contrastive_model.h"

namespace clip::model {

// Makes `folder` where it is not there. INVALID_ARGUMENT where it cannot be
// made or is the folder of the model that a run starts from.
absl::Status CreateResultFolder(const std::string& folder,
                                const std::string& source);

// Writes an open_clip hub folder: the model's weights, and config and
// tokenizer of `source`, the hub folder that it was loaded from. Errors,
// naming the file: as WriteSafetensors.
absl::Status WriteHubFolder(const std::string& folder,
                            const std::string& source,
                            const ContrastiveModel& model);

}  // namespace clip::model

#endif  // MODEL_TRAIN_RESULT_FOLDER_H_
