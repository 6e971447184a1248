#ifndef MODEL_CONFIG_HUB_CONFIG_H_
#define MODEL_CONFIG_HUB_CONFIG_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "model/config/clip_config.h"
#include "model/config/preprocess_config.h"

namespace clip::model {

// A hub folder's open_clip_config.json. A plain value.
struct HubConfig {
  ClipConfig model;
  PreprocessConfig preprocess;
};

struct HubConfigOptions {
  // Pixels of both sides, in place of the config's; 0 = the config's. As
  // open_clip's force_image_size: the position embeddings are resized, and
  // what cannot be resized does not fit its weights.
  int image_size = 0;
};

// Reads the text of an open_clip_config.json as hostile input: size, depth,
// duplicate keys, types and ranges are checked. A key that open_clip does not
// know, or that asks for something that is not supported, is refused and named
// with its JSON path; a key at the value that changes nothing is accepted.
//
// Errors: INVALID_ARGUMENT, one line.
absl::StatusOr<HubConfig> ParseHubConfig(std::string_view json,
                                         const HubConfigOptions& options = {});

}  // namespace clip::model

#endif  // MODEL_CONFIG_HUB_CONFIG_H_
