#ifndef MODEL_CHECKPOINT_LOAD_PRETRAINED_H_
#define MODEL_CHECKPOINT_LOAD_PRETRAINED_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"
#include "model/config/hub_config.h"

namespace clip::model {

struct LoadPretrainedOptions {
  // Pixels of both sides; 0 = the config's (see HubConfigOptions).
  int image_size = 0;
  // True: the moving average of a training checkpoint (`state_dict_ema`).
  bool use_ema = false;
};

// A model's config and weights, read and not yet joined.
struct Pretrained {
  HubConfig config;
  // Under open_clip's names for that config, except that CustomTextCLIP's text
  // tower may lack its prefix and position embeddings may have another size.
  StateDict state_dict;
  // The files, for messages.
  std::string config_path;
  std::string weights_path;
};

// Reads a pretrained model from `path`:
//   a folder  with open_clip_config.json and weights (see FindCheckpoint), or
//             one of Hugging Face's transformers with the config.json of a
//             CLIPModel or SiglipModel (see ConvertHfConfig)
//   a file    that OpenAI published (its config is told from its shapes), or a
//             checkpoint with an open_clip_config.json beside it
//
// Keeps the weights mapped (see MappedFile); drop the result once they are
// copied.
//
// Errors, each one line that names the file: NOT_FOUND for what is not there;
// INVALID_ARGUMENT for what is malformed or not supported.
absl::StatusOr<Pretrained> LoadPretrained(const std::string& path,
                                          const LoadPretrainedOptions& options);

// The same error with the file's name in front.
absl::Status InFile(const std::string& path, const absl::Status& status);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_LOAD_PRETRAINED_H_
