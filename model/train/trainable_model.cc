#include "model/train/trainable_model.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/base/torch_status.h"
#include "model/checkpoint/fit_state_dict.h"
#include "model/checkpoint/load_pretrained.h"
#include "model/checkpoint/load_weights.h"
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

  // The result of a run takes its config from there.
  if (!std::filesystem::exists(std::filesystem::path(folder) /
                               "open_clip_config.json")) {
    return absl::InvalidArgumentError(absl::StrCat(
        folder, ": training needs a folder with an open_clip_config.json"));
  }
  CLIP_ASSIGN_OR_RETURN(const Pretrained pretrained,
                        LoadPretrained(folder, LoadPretrainedOptions()));
  result.config = pretrained.config;
  ParameterOptions parameters;
  parameters.device = device;
  CLIP_ASSIGN_OR_RETURN(result.model,
                        CreateModel(result.config.model, parameters));
  absl::Status filled;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    const VisionConfig& vision = result.config.model.vision;
    const auto fitted = FitStateDict(pretrained.state_dict, *result.model,
                                     {vision.image_height, vision.image_width});
    filled =
        fitted.ok() ? LoadWeights(*fitted, *result.model) : fitted.status();
  }));
  if (!filled.ok()) return InFile(pretrained.weights_path, filled);
  return result;
}

}  // namespace clip::model
