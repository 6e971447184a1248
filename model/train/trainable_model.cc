#include "model/train/trainable_model.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/base/torch_status.h"
#include "model/checkpoint/load_weights.h"
#include "model/checkpoint/safetensors_reader.h"
#include "model/create_model.h"
#include "model/load_model.h"

namespace clip::model {

absl::StatusOr<TrainableModel> LoadTrainableModel(const std::string& folder,
                                                  c10::Device device) {
  // Checks the folder and makes the parts that have no weights.
  LoadModelOptions options;
  options.directory = folder;
  options.device = "cpu";
  CLIP_ASSIGN_OR_RETURN(LoadedModel loaded, LoadModel(options));
  if (loaded.tokenizer == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(folder, ": ", loaded.tokenizer_unavailable));
  }
  loaded.encoder.reset();
  TrainableModel result;
  result.tokenizer = std::move(loaded.tokenizer);
  result.preprocessor = std::move(loaded.image_preprocessor);

  const std::filesystem::path path(folder);
  std::ifstream file(path / "open_clip_config.json", std::ios::binary);
  const std::string json((std::istreambuf_iterator<char>(file)), {});
  CLIP_ASSIGN_OR_RETURN(result.config, ParseHubConfig(json));
  const std::string weights = (path / "open_clip_model.safetensors").string();
  const auto state = ReadSafetensors(weights);
  if (!state.ok()) {
    return absl::Status(state.status().code(),
                        absl::StrCat(weights, ": ", state.status().message()));
  }
  ParameterOptions parameters;
  parameters.device = device;
  CLIP_ASSIGN_OR_RETURN(result.model,
                        CreateModel(result.config.model, parameters));
  absl::Status filled;
  CLIP_RETURN_IF_ERROR(
      CatchTorchErrors([&] { filled = LoadWeights(*state, *result.model); }));
  CLIP_RETURN_IF_ERROR(filled);
  return result;
}

}  // namespace clip::model
