#include "tests/gpu/random_model.h"

#include <c10/core/GradMode.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/safetensors_writer.h"
#include "model/config/hub_config.h"
#include "model/create_model.h"

namespace clip::model {
namespace {

using nlohmann::json;

// As far as a model of random weights has sane activations.
void Fill(const std::string& name, const at::Tensor& tensor) {
  constexpr double kDeviation = 0.02;
  if (name == "logit_scale" || name == "logit_bias" ||
      !tensor.is_floating_point()) {
    return;
  }
  if (absl::EndsWith(name, "bias") || absl::EndsWith(name, "running_mean")) {
    tensor.zero_();
  } else if (tensor.dim() == 1 && (absl::EndsWith(name, "weight") ||
                                   absl::EndsWith(name, "running_var"))) {
    tensor.fill_(1);
  } else {
    tensor.normal_(0, kDeviation);
  }
}

absl::StatusOr<json> FindConfig(const std::string& name) {
  std::ifstream file(CLIP_SOURCE_DIR "/tests/golden/configs/configs.json");
  const json configs =
      json::parse(std::string((std::istreambuf_iterator<char>(file)), {}));
  if (!configs.contains(name)) {
    return absl::NotFoundError(absl::StrCat("open_clip has no config ", name));
  }
  return json{{"model_cfg", configs.at(name).at("model_cfg")},
              {"preprocess_cfg", json::object()}};
}

}  // namespace

absl::Status WriteRandomModel(const std::string& config_name,
                              const std::string& folder) {
  CLIP_ASSIGN_OR_RETURN(const json config, FindConfig(config_name));
  CLIP_ASSIGN_OR_RETURN(const HubConfig hub, ParseHubConfig(config.dump()));
  CLIP_ASSIGN_OR_RETURN(const auto model,
                        CreateModel(hub.model, ParameterOptions()));
  const c10::NoGradGuard no_grad;
  StateDict::Tensors views;
  const auto add = [&](const std::string& name, const at::Tensor& tensor) {
    Fill(name, tensor);
    const auto dtype = tensor.is_floating_point() ? TensorDtype::kFloat32
                                                  : TensorDtype::kInt64;
    const auto* bytes = static_cast<const uint8_t*>(tensor.const_data_ptr());
    views[name] = {dtype, tensor.sizes().vec(),
                   absl::MakeConstSpan(bytes, tensor.nbytes())};
  };
  for (const auto& item : model->named_parameters()) {
    add(item.key(), item.value());
  }
  for (const auto& item : model->named_buffers()) add(item.key(), item.value());
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/open_clip_config.json") << config.dump(2);
  return WriteSafetensors(folder + "/open_clip_model.safetensors", views);
}

}  // namespace clip::model
