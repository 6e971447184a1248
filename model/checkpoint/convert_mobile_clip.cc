#include "model/checkpoint/convert_mobile_clip.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/key_conversion.h"
#include "model/checkpoint/tensor_edits.h"

namespace clip::model {
namespace {

constexpr absl::string_view kImagePrefix = "image_encoder.model.";
constexpr absl::string_view kTextPrefix = "text_encoder.";
constexpr char kFastVitStem[] =
    "image_encoder.model.patch_embed.0.rbr_conv.0.conv.weight";
constexpr char kConvStem[] =
    "image_encoder.model.patch_emb.0.block.conv.weight";

using Parts = std::vector<std::string>;

// Names that stand between two dots, wherever they are in a key.
using PartRename = std::pair<absl::string_view, absl::string_view>;

void RenameParts(absl::Span<const PartRename> renames, Parts& parts) {
  for (std::string& part : parts) {
    for (const auto& [from, to] : renames) {
      if (part != from) continue;
      part = std::string(to);
      break;
    }
  }
}

constexpr PartRename kFastVitParts[] = {
    {"patch_embed", "stem"},
    {"rbr_conv", "conv_kxk"},
    {"rbr_scale", "conv_scale"},
    {"rbr_skip", "identity"},
    {"conv_exp", "final_conv"},
    {"lkb_origin", "large_conv"},
    {"convffn", "mlp"},
    {"reduce", "fc1"},
    {"expand", "fc2"},
    {"layer_scale", "layer_scale.gamma"},
    {"layer_scale_1", "layer_scale_1.gamma"},
    {"layer_scale_2", "layer_scale_2.gamma"},
};

// Pairs of names in one layer of a transformer; .0 and .1 are the steps of an
// nn.Sequential.
constexpr KeyRename kVitLayer[] = {
    {"pre_norm_mha.0", "norm1"},
    {"pre_norm_mha.1.qkv_proj", "attn.qkv"},
    {"pre_norm_mha.1.out_proj", "attn.proj"},
    {"pre_norm_ffn.0", "norm2"},
    {"pre_norm_ffn.1", "mlp.fc1"},
    {"pre_norm_ffn.4", "mlp.fc2"},
};

constexpr KeyRename kTextLayer[] = {
    {"pre_norm_mha.0", "ln_1"},
    {"pre_norm_mha.1.qkv_proj.weight", "attn.in_proj_weight"},
    {"pre_norm_mha.1.qkv_proj.bias", "attn.in_proj_bias"},
    {"pre_norm_mha.1.out_proj", "attn.out_proj"},
    {"pre_norm_ffn.0", "ln_2"},
    {"pre_norm_ffn.1", "mlp.c_fc"},
    {"pre_norm_ffn.4", "mlp.c_proj"},
};

// "N.rest" behind `from` -> `to` "N." and the renamed rest; nullopt where it
// is no such key.
std::optional<std::string> RenameLayer(absl::string_view key,
                                       absl::string_view from,
                                       absl::string_view to,
                                       absl::Span<const KeyRename> renames) {
  if (!absl::ConsumePrefix(&key, from)) return std::nullopt;
  const size_t dot = key.find('.');
  if (dot == absl::string_view::npos) return std::nullopt;
  const auto renamed = RenameKey(key.substr(dot + 1), renames);
  if (!renamed.has_value()) return std::nullopt;
  return absl::StrCat(to, key.substr(0, dot + 1), *renamed);
}

// The steps of a FastViT's one long `network` that begin a new stage.
std::vector<int> StageEnds(const StateDict& source) {
  std::set<int> ends;
  for (const auto& [name, unused] : source.tensors()) {
    absl::string_view key = name;
    if (!absl::ConsumePrefix(&key, kImagePrefix) ||
        !absl::ConsumePrefix(&key, "network.")) {
      continue;
    }
    const std::vector<absl::string_view> parts = absl::StrSplit(key, '.');
    int step = 0;
    if (parts.size() > 1 && parts[1] == "proj" &&
        absl::SimpleAtoi(parts[0], &step)) {
      ends.insert(step);
    }
  }
  return {ends.begin(), ends.end()};
}

// A key of the FastViT below kImagePrefix.
std::string RenameFastVit(absl::string_view key,
                          const std::vector<int>& stage_ends) {
  Parts parts = absl::StrSplit(key, '.');
  RenameParts(kFastVitParts, parts);
  int step = 0;
  if (parts.size() > 2 && parts[0] == "network" &&
      absl::SimpleAtoi(parts[1], &step)) {
    const auto stage =
        std::upper_bound(stage_ends.begin(), stage_ends.end(), step) -
        stage_ends.begin();
    parts[0] = "stages";
    parts[1] = std::to_string(stage);
    if (parts[2] == "proj") {
      parts[2] = "downsample.proj";
    } else if (parts[2] == "pe") {
      parts[2] = "pos_emb.pos_enc";
    } else {
      parts[1] += ".blocks";
    }
  }
  return absl::StrJoin(parts, ".");
}

// A key of the ViT below kImagePrefix.
std::string RenameVit(absl::string_view key) {
  constexpr KeyRename kRoot[] = {{"post_transformer_norm", "norm"}};
  if (const auto layer =
          RenameLayer(key, "transformer.", "blocks.", kVitLayer)) {
    return *layer;
  }
  if (absl::ConsumePrefix(&key, "patch_emb.")) {
    Parts parts = absl::StrSplit(key, '.');
    // N.block.conv and N.block.norm; the last convolution has no norm.
    if (parts.size() > 2 && parts[1] == "block") {
      parts.erase(parts.begin() + 1);
      if (parts[1] == "norm") parts[1] = "bn";
    }
    return absl::StrCat("patch_embed.backbone.", absl::StrJoin(parts, "."));
  }
  return RenameKey(key, kRoot).value_or(std::string(key));
}

// A key of the text tower below kTextPrefix.
std::string RenameText(absl::string_view key) {
  constexpr KeyRename kRoot[] = {
      {"projection_layer", "text_projection"},
      {"embedding_layer", "token_embedding"},
      {"positional_embedding.pos_embed.pos_embed", "positional_embedding"},
      {"final_layer_norm", "ln_final"},
  };
  if (const auto layer = RenameLayer(key, "transformer.",
                                     "transformer.resblocks.", kTextLayer)) {
    return *layer;
  }
  return RenameKey(key, kRoot).value_or(std::string(key));
}

// [1, 1, positions, width] with one or more of its leading ones dropped.
absl::StatusOr<TensorView> KeepLastDimensions(const TensorView& view,
                                              size_t rank) {
  if (view.shape.size() < rank) return view;
  return Reshape(view, {view.shape.end() - static_cast<ptrdiff_t>(rank),
                        view.shape.end()});
}

class MobileClipConverter {
 public:
  explicit MobileClipConverter(const StateDict& source)
      : tensors_(source),
        is_fast_vit_(source.tensors().count(kFastVitStem) != 0),
        stage_ends_(StageEnds(source)) {}

  absl::Status Add(const std::string& name, const TensorView& view) {
    absl::string_view key = name;
    if (absl::ConsumePrefix(&key, kImagePrefix))
      return AddImage(name, key, view);
    if (!absl::ConsumePrefix(&key, kTextPrefix)) {
      return tensors_.Add(name, name, view);
    }
    const std::string renamed = absl::StrCat("text.", RenameText(key));
    if (renamed != "text.positional_embedding") {
      return tensors_.Add(renamed, name, view);
    }
    constexpr size_t kPositionsRank = 2;
    return tensors_.Add(renamed, name,
                        KeepLastDimensions(view, kPositionsRank));
  }

  StateDict Take() { return tensors_.Take(); }

 private:
  absl::Status AddImage(const std::string& name, absl::string_view key,
                        const TensorView& view) {
    const std::string trunk = "visual.trunk.";
    const absl::string_view head =
        is_fast_vit_ ? "head.proj" : "classifier.proj";
    if (key == head) {
      return AddHead(name, trunk + (is_fast_vit_ ? "head.fc" : "head"), view);
    }
    if (key == "pos_embed.pos_embed.pos_embed") {
      constexpr size_t kPositionsRank = 3;
      return tensors_.Add(trunk + "pos_embed", name,
                          KeepLastDimensions(view, kPositionsRank));
    }
    return tensors_.Add(trunk + (is_fast_vit_ ? RenameFastVit(key, stage_ends_)
                                              : RenameVit(key)),
                        name, view);
  }

  // A matrix to multiply by there, a Linear with bias here.
  absl::Status AddHead(const std::string& name, const std::string& head,
                       const TensorView& view) {
    const absl::StatusOr<TensorView> weight = Transpose(view);
    CLIP_RETURN_IF_ERROR(tensors_.Add(head + ".weight", name, weight));
    const int64_t width = weight->shape[0];
    const std::vector<uint8_t> zeros(static_cast<size_t>(width) *
                                     SizeOf(view.dtype));
    return tensors_.Add(head + ".bias", name,
                        OwningView(view.dtype, {width}, zeros));
  }

  ConvertedTensors tensors_;
  const bool is_fast_vit_;
  const std::vector<int> stage_ends_;
};

}  // namespace

bool IsMobileClip(const StateDict& state_dict) {
  return state_dict.tensors().count(kFastVitStem) != 0 ||
         state_dict.tensors().count(kConvStem) != 0;
}

absl::StatusOr<StateDict> ConvertMobileClip(const StateDict& source) {
  MobileClipConverter converter(source);
  for (const auto& [name, view] : source.tensors()) {
    CLIP_RETURN_IF_ERROR(converter.Add(name, view));
  }
  return converter.Take();
}

}  // namespace clip::model
