#ifndef CLIENT_CLI_MODEL_REPORT_H_
#define CLIENT_CLI_MODEL_REPORT_H_

#include <string>
#include <vector>

#include "client/clip_values.h"

namespace clip::client {

// One block of lines for each model.
std::string ModelsAsTable(const std::vector<ModelInfo>& models);

// {"models": [...]} with the field names of clip.v1.ModelInfo.
std::string ModelsAsJson(const std::vector<ModelInfo>& models);

}  // namespace clip::client

#endif  // CLIENT_CLI_MODEL_REPORT_H_
