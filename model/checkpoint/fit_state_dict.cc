#include "model/checkpoint/fit_state_dict.h"

#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/convert_state_dict.h"
#include "model/checkpoint/resize_pos_embed.h"

namespace clip::model {
namespace {

constexpr char kPositionIds[] = "text.transformer.embeddings.position_ids";

using Parameters = std::map<std::string, at::Tensor>;

Parameters ParametersOf(const torch::nn::Module& module) {
  Parameters parameters;
  for (const auto& item : module.named_parameters()) {
    parameters.emplace(item.key(), item.value());
  }
  return parameters;
}

// A tensor of the model that the checkpoint has at another length; null where
// there is none. Position embeddings are [..., positions, width].
const at::Tensor* FindOtherLength(const Parameters& parameters,
                                  const StateDict::Tensors& tensors,
                                  const std::string& key) {
  const auto target = parameters.find(key);
  const auto view = tensors.find(key);
  if (target == parameters.end() || view == tensors.end()) return nullptr;
  const std::vector<int64_t>& shape = view->second.shape;
  const int64_t rank = target->second.dim();
  if (rank < 2 || static_cast<int64_t>(shape.size()) != rank) return nullptr;
  std::vector<int64_t> expected = target->second.sizes().vec();
  if (shape == expected) return nullptr;
  expected[rank - 2] = shape[rank - 2];
  // A change of width is no matter of positions.
  return shape == expected ? &target->second : nullptr;
}

absl::Status Replace(const std::string& key, absl::StatusOr<TensorView> view,
                     StateDict::Tensors& tensors) {
  if (!view.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("key ", key, ": ", view.status().message()));
  }
  tensors[key] = *std::move(view);
  return absl::OkStatus();
}

// The grid of a tower that has `positions`. A convolution `patch_key` cuts
// patches; a stem of several convolutions (timm's HybridEmbed) gives a square
// picture a square of positions and no others. No grid where it is neither.
PositionGrid GridOf(int64_t positions, const std::string& patch_key,
                    const Parameters& parameters, const FitOptions& options) {
  PositionGrid grid;
  const auto patches = parameters.find(patch_key);
  if (patches != parameters.end() && patches->second.dim() == 4) {
    grid.height = options.image_height / patches->second.size(2);
    grid.width = options.image_width / patches->second.size(3);
  } else if (options.image_height == options.image_width) {
    grid.height = grid.width = static_cast<int64_t>(
        std::llround(std::sqrt(static_cast<double>(positions))));
    if (grid.size() != positions) grid.height = 0;
  }
  grid.prefix_tokens = positions - grid.height * grid.width;
  return grid;
}

// The tower whose patches `patch_key` cuts, if it does so.
absl::Status FitImagePositions(const std::string& key,
                               const std::string& patch_key,
                               const Parameters& parameters,
                               const FitOptions& options,
                               StateDict::Tensors& tensors) {
  const at::Tensor* target = FindOtherLength(parameters, tensors, key);
  if (target == nullptr) return absl::OkStatus();
  const PositionGrid grid =
      GridOf(target->size(-2), patch_key, parameters, options);
  // Positions that are no grid; the comparison will say so.
  if (grid.prefix_tokens < 0 || grid.height < 1) return absl::OkStatus();
  return Replace(key, ResizePosEmbed(tensors.at(key), grid), tensors);
}

}  // namespace

absl::StatusOr<StateDict> FitStateDict(const StateDict& source,
                                       const torch::nn::Module& module,
                                       const FitOptions& options) {
  const Parameters parameters = ParametersOf(module);
  StateDict::Tensors tensors = source.tensors();
  if (tensors.count("positional_embedding") != 0 &&
      parameters.count("positional_embedding") == 0) {
    tensors = ConvertToCustomText(source).tensors();
  }
  if (parameters.count(kPositionIds) == 0) tensors.erase(kPositionIds);
  CLIP_RETURN_IF_ERROR(FitImagePositions("visual.positional_embedding",
                                         "visual.conv1.weight", parameters,
                                         options, tensors));
  CLIP_RETURN_IF_ERROR(FitImagePositions("visual.trunk.pos_embed",
                                         "visual.trunk.patch_embed.proj.weight",
                                         parameters, options, tensors));
  for (const char* key :
       {"positional_embedding", "text.positional_embedding"}) {
    const at::Tensor* target = FindOtherLength(parameters, tensors, key);
    if (target == nullptr) continue;
    CLIP_RETURN_IF_ERROR(Replace(
        key, ResizeTextPosEmbed(tensors.at(key), target->size(0)), tensors));
  }
  return source.WithTensors(std::move(tensors));
}

}  // namespace clip::model
