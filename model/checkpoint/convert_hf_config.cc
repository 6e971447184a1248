#include "model/checkpoint/convert_hf_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/hf_config_fields.h"
#include "model/checkpoint/siglip_trunks.h"
#include "model/config/parse_json.h"

namespace clip::model {
namespace {

// What both towers of both models have. The members' values before reading
// are the defaults of the class in transformers.
struct HfTower {
  int width;
  int mlp_width;
  int layers;
  int heads;
  const char* activation;
  double eps;
};

constexpr HfTower kClipText = {512, 2048, 12, 8, "quick_gelu", 1e-5};
constexpr HfTower kClipVision = {768, 3072, 12, 12, "quick_gelu", 1e-5};
constexpr HfTower kSiglip = {768, 3072, 12, 12, "gelu_pytorch_tanh", 1e-6};

// The int(width * mlp_ratio) of open_clip is `mlp_width`.
double MlpRatio(int width, int mlp_width) {
  const double ratio = static_cast<double>(mlp_width) / width;
  if (static_cast<int>(width * ratio) == mlp_width) return ratio;
  return (mlp_width + 0.5) / width;
}

// Both towers must agree on QuickGELU, which open_clip sets for the model.
std::string ReadActivation(HfConfigFields& fields, const HfTower& defaults,
                           nlohmann::json& tower) {
  const std::string name = fields.String("hidden_act", defaults.activation);
  if (name == "gelu_pytorch_tanh" || name == "gelu_new") {
    tower["act_kwargs"] = {{"approximate", "tanh"}};
  } else if (name != "gelu" && name != "quick_gelu") {
    fields.Fail("hidden_act", "must be gelu, quick_gelu or gelu_pytorch_tanh");
  }
  return name;
}

// timm's name of an activation that ReadActivation accepts.
std::string TimmActivation(const std::string& name) {
  return name == "gelu" || name == "quick_gelu" ? name : "gelu_tanh";
}

// The part of open_clip's vision_cfg or text_cfg that both have. `width` is
// left at 1 or more, so that the caller may divide by it.
HfTower ReadTower(HfConfigFields& fields, const HfTower& defaults,
                  nlohmann::json& tower) {
  HfTower sizes = defaults;
  sizes.width = fields.Int("hidden_size", defaults.width);
  sizes.mlp_width = fields.Int("intermediate_size", defaults.mlp_width);
  sizes.layers = fields.Int("num_hidden_layers", defaults.layers);
  sizes.heads = fields.Int("num_attention_heads", defaults.heads);
  if (sizes.heads < 1 || sizes.width < 1 || sizes.width % sizes.heads != 0) {
    fields.Fail("hidden_size", "must be a multiple of num_attention_heads");
    sizes.width = sizes.heads = 1;
  }
  tower["width"] = sizes.width;
  tower["layers"] = sizes.layers;
  tower["mlp_ratio"] = MlpRatio(sizes.width, sizes.mlp_width);
  sizes.eps = fields.Number("layer_norm_eps", defaults.eps);
  tower["norm_kwargs"] = {{"eps", sizes.eps}};
  return sizes;
}

// Old files give a tower twice; the second one wins, as in transformers.
nlohmann::json TowerObject(const HfConfigFields& root, const char* name) {
  nlohmann::json object = root.Member(name);
  const nlohmann::json other = root.Member(absl::StrCat(name, "_dict").c_str());
  if (!other.is_object()) return object;
  if (!object.is_object()) return other;
  object.update(other);
  return object;
}

absl::StatusOr<nlohmann::json> ConvertClip(const HfConfigFields& root) {
  nlohmann::json model;
  HfConfigFields vision(TowerObject(root, "vision_config"), "vision_config");
  nlohmann::json& vision_cfg = model["vision_cfg"];
  const HfTower vision_sizes = ReadTower(vision, kClipVision, vision_cfg);
  vision_cfg["head_width"] = vision_sizes.width / vision_sizes.heads;
  vision_cfg["image_size"] = vision.Int("image_size", 224);
  vision_cfg["patch_size"] = vision.Int("patch_size", 32);
  if (vision.Int("num_channels", 3) != 3) {
    vision.Fail("num_channels", "must be 3");
  }
  const std::string vision_activation =
      ReadActivation(vision, kClipVision, vision_cfg);

  HfConfigFields text(TowerObject(root, "text_config"), "text_config");
  nlohmann::json& text_cfg = model["text_cfg"];
  text_cfg["heads"] = ReadTower(text, kClipText, text_cfg).heads;
  text_cfg["context_length"] = text.Int("max_position_embeddings", 77);
  text_cfg["vocab_size"] = text.Int("vocab_size", 49408);
  // transformers keeps 2 for "the highest id", as its first configs had it.
  constexpr int kArgmax = 2;
  const int eos = text.Int("eos_token_id", 49407);
  if (eos != kArgmax) {
    text_cfg["pool_type"] = "eos";
    text_cfg["eos_id"] = eos;
  }
  const std::string text_activation = ReadActivation(text, kClipText, text_cfg);
  if ((text_activation == "quick_gelu") !=
      (vision_activation == "quick_gelu")) {
    text.Fail("hidden_act", "quick_gelu must be in both towers or in none");
  }
  model["quick_gelu"] = text_activation == "quick_gelu";
  HfConfigFields top(root);
  model["embed_dim"] = top.Int("projection_dim", 512);
  CLIP_RETURN_IF_ERROR(top.status());
  CLIP_RETURN_IF_ERROR(vision.status());
  CLIP_RETURN_IF_ERROR(text.status());
  return nlohmann::json{{"model_cfg", model}};
}

absl::StatusOr<nlohmann::json> ConvertSiglip(const HfConfigFields& root) {
  nlohmann::json model;
  HfConfigFields vision(TowerObject(root, "vision_config"), "vision_config");
  nlohmann::json unused;
  const HfTower sizes = ReadTower(vision, kSiglip, unused);
  const int image_size = vision.Int("image_size", 224);
  const std::string activation = ReadActivation(vision, kSiglip, unused);
  const char* trunk =
      FindSiglipTrunk({sizes.width, sizes.layers, sizes.heads, sizes.mlp_width,
                       vision.Int("patch_size", 16)});
  if (trunk == nullptr) {
    vision.Fail("hidden_size",
                "no SigLIP of timm has these sizes (hidden_size, "
                "num_hidden_layers, num_attention_heads, intermediate_size, "
                "patch_size)");
  }
  if (!vision.Bool("vision_use_head", true)) {
    vision.Fail("vision_use_head", "without a head there is no embedding");
  }
  if (sizes.eps != kSiglip.eps) {
    vision.Fail("layer_norm_eps", "must be 1e-6, as in timm's SigLIP");
  }
  model["vision_cfg"] = {
      {"image_size", image_size},
      {"timm_model_name", trunk == nullptr ? "" : trunk},
      {"timm_model_pretrained", false},
      {"timm_model_kwargs", {{"act_layer", TimmActivation(activation)}}},
      {"timm_pool", "map"},
      {"timm_proj", "none"}};

  HfConfigFields text(TowerObject(root, "text_config"), "text_config");
  nlohmann::json& text_cfg = model["text_cfg"];
  const HfTower text_sizes = ReadTower(text, kSiglip, text_cfg);
  text_cfg["heads"] = text_sizes.heads;
  text_cfg["context_length"] = text.Int("max_position_embeddings", 64);
  text_cfg["vocab_size"] = text.Int("vocab_size", 32000);
  text_cfg["no_causal_mask"] = true;
  text_cfg["proj_bias"] = true;
  text_cfg["pool_type"] = "last";
  // A trunk of timm has its own activation whatever this says.
  model["quick_gelu"] = ReadActivation(text, kSiglip, text_cfg) == "quick_gelu";
  // SigLIP 2 reads with Gemma's tokenizer, SigLIP with its own.
  constexpr int kSiglipVocabSize = 32000;
  text_cfg["hf_tokenizer_name"] = text_cfg["vocab_size"] == kSiglipVocabSize
                                      ? "timm/ViT-B-16-SigLIP"
                                      : "timm/ViT-B-16-SigLIP2";
  text_cfg["tokenizer_kwargs"] = {{"clean", "canonicalize"}};
  if (text.Int("projection_size", text_sizes.width) != sizes.width) {
    text.Fail("projection_size", "must be the image tower's hidden_size");
  }
  CLIP_RETURN_IF_ERROR(vision.status());
  CLIP_RETURN_IF_ERROR(text.status());
  model["embed_dim"] = sizes.width;
  model["init_logit_bias"] = -10;
  model["custom_text"] = true;
  return nlohmann::json{{"model_cfg", model},
                        {"preprocess_cfg",
                         {{"mean", {0.5, 0.5, 0.5}},
                          {"std", {0.5, 0.5, 0.5}},
                          {"resize_mode", "squash"}}}};
}

}  // namespace

absl::StatusOr<std::string> ConvertHfConfig(std::string_view config_json) {
  CLIP_ASSIGN_OR_RETURN(const nlohmann::json json,
                        ParseJson(config_json, JsonLimits()));
  HfConfigFields root(json, "");
  const std::string type = root.String("model_type", "");
  CLIP_RETURN_IF_ERROR(root.status());
  nlohmann::json converted;
  if (type == "clip") {
    CLIP_ASSIGN_OR_RETURN(converted, ConvertClip(root));
  } else if (type == "siglip") {
    CLIP_ASSIGN_OR_RETURN(converted, ConvertSiglip(root));
  } else if (type == "siglip2") {
    return absl::InvalidArgumentError(
        "model_type: siglip2 is the NaFlex kind, whose pictures keep their "
        "shape; it is not supported. SigLIP 2 of a fixed size is of type "
        "siglip");
  } else {
    return absl::InvalidArgumentError(
        "model_type: must be clip or siglip; for any other model an "
        "open_clip_config.json is needed");
  }
  return converted.dump();
}

}  // namespace clip::model
