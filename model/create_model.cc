#include "model/create_model.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "model/base/status_macros.h"
#include "model/base/torch_status.h"
#include "model/clip.h"
#include "model/coca.h"
#include "model/custom_text_clip.h"
#include "model/towers/create_tower.h"

namespace clip::model {
namespace {

std::shared_ptr<ContrastiveModel> Construct(const ClipConfig& config,
                                            const ParameterOptions& options) {
  switch (config.model_class) {
    case ModelClass::kClip:
      return std::make_shared<CLIP>(config, options);
    case ModelClass::kCustomTextClip:
      return std::make_shared<CustomTextCLIP>(config, options);
    case ModelClass::kCoCa:
      return std::make_shared<CoCa>(config, options);
  }
  return nullptr;
}

// A tower that refuses its config, under the config's name.
absl::Status Refusal(const absl::Status& status) {
  const absl::string_view reason =
      absl::StripPrefix(status.message(), "the model failed: ");
  return absl::InvalidArgumentError(absl::StartsWith(reason, "model_cfg.")
                                        ? std::string(reason)
                                        : absl::StrCat("model_cfg: ", reason));
}

}  // namespace

absl::Status CheckSupported(const ClipConfig& config) {
  if (!HasVisionTower(config.vision)) {
    return absl::InvalidArgumentError(
        absl::StrCat("model_cfg.vision_cfg.timm_model_name: the image tower ",
                     config.vision.timm.model_name, " is not supported"));
  }
  if (!HasTextTower(config.text)) {
    return absl::InvalidArgumentError(
        absl::StrCat("model_cfg.text_cfg.hf_model_name: the text tower ",
                     config.text.hf.model_name, " is not supported"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<ContrastiveModel>> CreateModel(
    const ClipConfig& config, const ParameterOptions& options) {
  CLIP_RETURN_IF_ERROR(CheckSupported(config));
  std::shared_ptr<ContrastiveModel> model;
  const absl::Status status =
      CatchTorchErrors([&] { model = Construct(config, options); });
  if (absl::IsInternal(status)) return Refusal(status);
  if (!status.ok()) return status;
  return model;
}

}  // namespace clip::model
