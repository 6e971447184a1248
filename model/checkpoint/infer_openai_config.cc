#include "model/checkpoint/infer_openai_config.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

constexpr int64_t kHeadWidth = 64;

absl::StatusOr<std::vector<int64_t>> ShapeOf(const StateDict& state_dict,
                                             const char* key, size_t rank) {
  const auto view = state_dict.tensors().find(key);
  if (view == state_dict.tensors().end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("key ", key, " is missing; it is no CLIP of OpenAI's"));
  }
  if (view->second.shape.size() != rank) {
    return absl::InvalidArgumentError(absl::StrCat("key ", key, " has ",
                                                   view->second.shape.size(),
                                                   " dimensions, not ", rank));
  }
  return view->second.shape;
}

// How many different names follow a prefix: layers, blocks of a stage.
int64_t CountBelow(const StateDict& state_dict, const std::string& prefix) {
  std::set<std::string> names;
  for (auto it = state_dict.tensors().lower_bound(prefix);
       it != state_dict.tensors().end() && absl::StartsWith(it->first, prefix);
       ++it) {
    const absl::string_view rest =
        absl::string_view(it->first).substr(prefix.size());
    names.emplace(*absl::StrSplit(rest, '.').begin());
  }
  return static_cast<int64_t>(names.size());
}

// The side of the grid that a position embedding is for: one row a cell and
// one more.
absl::StatusOr<int64_t> GridSide(const StateDict& state_dict, const char* key) {
  CLIP_ASSIGN_OR_RETURN(const auto shape, ShapeOf(state_dict, key, 2));
  const int64_t cells = shape[0] - 1;
  const int64_t side =
      std::llround(std::sqrt(static_cast<double>(std::max<int64_t>(cells, 0))));
  if (side >= 1 && side * side == cells) return side;
  return absl::InvalidArgumentError(
      absl::StrCat("key ", key, " has ", shape[0],
                   " positions, which are not a square and one more"));
}

absl::StatusOr<nlohmann::json> InferVision(const StateDict& state_dict) {
  nlohmann::json vision;
  if (state_dict.tensors().count("visual.proj") != 0) {
    CLIP_ASSIGN_OR_RETURN(const auto conv,
                          ShapeOf(state_dict, "visual.conv1.weight", 4));
    CLIP_ASSIGN_OR_RETURN(const int64_t side,
                          GridSide(state_dict, "visual.positional_embedding"));
    // What a file claims may be anything; the config's parser has the limits.
    if (conv[3] > (int64_t{1} << 20) || side > (int64_t{1} << 20)) {
      return absl::InvalidArgumentError("its picture is too large");
    }
    vision["layers"] = CountBelow(state_dict, "visual.transformer.resblocks.");
    vision["width"] = conv[0];
    vision["patch_size"] = conv[3];
    vision["image_size"] = conv[3] * side;
    return vision;
  }
  CLIP_ASSIGN_OR_RETURN(const auto conv,
                        ShapeOf(state_dict, "visual.layer1.0.conv1.weight", 4));
  CLIP_ASSIGN_OR_RETURN(
      const int64_t side,
      GridSide(state_dict, "visual.attnpool.positional_embedding"));
  vision["layers"] = nlohmann::json::array();
  for (const char* stage : {"1", "2", "3", "4"}) {
    vision["layers"].push_back(
        CountBelow(state_dict, absl::StrCat("visual.layer", stage, ".")));
  }
  vision["width"] = conv[0];
  vision["patch_size"] = nullptr;
  constexpr int64_t kReduction = 32;
  vision["image_size"] = std::min<int64_t>(side, 1 << 20) * kReduction;
  return vision;
}

absl::StatusOr<nlohmann::json> InferText(const StateDict& state_dict) {
  nlohmann::json text;
  CLIP_ASSIGN_OR_RETURN(const auto positions,
                        ShapeOf(state_dict, "positional_embedding", 2));
  CLIP_ASSIGN_OR_RETURN(const auto tokens,
                        ShapeOf(state_dict, "token_embedding.weight", 2));
  CLIP_ASSIGN_OR_RETURN(const auto norm,
                        ShapeOf(state_dict, "ln_final.weight", 1));
  text["context_length"] = positions[0];
  text["vocab_size"] = tokens[0];
  text["width"] = norm[0];
  text["heads"] = norm[0] / kHeadWidth;
  text["layers"] = CountBelow(state_dict, "transformer.resblocks.");
  return text;
}

}  // namespace

absl::StatusOr<std::string> InferOpenAiConfig(const StateDict& state_dict) {
  nlohmann::json model;
  CLIP_ASSIGN_OR_RETURN(model["vision_cfg"], InferVision(state_dict));
  CLIP_ASSIGN_OR_RETURN(model["text_cfg"], InferText(state_dict));
  CLIP_ASSIGN_OR_RETURN(const auto projection,
                        ShapeOf(state_dict, "text_projection", 2));
  model["embed_dim"] = projection[1];
  model["quick_gelu"] = true;
  nlohmann::json config;
  config["model_cfg"] = std::move(model);
  return config.dump();
}

}  // namespace clip::model
