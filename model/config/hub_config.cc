#include "model/config/hub_config.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "model/base/status_macros.h"
#include "model/config/json_fields.h"
#include "model/config/multimodal_config_parser.h"
#include "model/config/parse_json.h"
#include "model/config/text_config_parser.h"
#include "model/config/transformer_config_parser.h"
#include "model/config/vision_config_parser.h"

namespace clip::model {
namespace {

constexpr double kMaxLogitParameter = 1e6;

void RefuseUnsupportedModel(JsonFields& fields) {
  fields.Refuse("audio_cfg", "null", "audio models are not supported");
  fields.Refuse("genlip_cfg", "null", "GenLIP is not supported");
  fields.Refuse("genlap_cfg", "null", "GenLAP is not supported");
  fields.Refuse("cast_dtype", "null", "the precision is chosen at start");
  // Whether open_clip's forward() returns a tuple or a dict.
  fields.Bool("output_dict", false);
}

// open_clip's rule of create_model.
ModelClass ModelClassOf(bool custom_text, const ClipConfig& config,
                        bool has_multimodal) {
  if (!custom_text && !config.text.variable_text &&
      config.text.architecture == TextArchitecture::kTextTransformer) {
    return ModelClass::kClip;
  }
  return has_multimodal ? ModelClass::kCoCa : ModelClass::kCustomTextClip;
}

// What only some classes can have.
absl::Status CheckModelClass(const ClipConfig& config) {
  if (config.vision.attentional_pool &&
      config.embed_dim % config.vision.attn_pooler_heads != 0) {
    return absl::InvalidArgumentError(
        "model_cfg.vision_cfg.attn_pooler_heads: must divide embed_dim");
  }
  if (config.model_class == ModelClass::kClip && config.text.embed_cls) {
    return absl::InvalidArgumentError(
        "model_cfg.text_cfg.embed_cls: needs custom_text, whose text tower has "
        "its own prefix");
  }
  if (config.model_class != ModelClass::kCoCa) return absl::OkStatus();
  if (config.vision.architecture != VisionArchitecture::kVisionTransformer) {
    return absl::InvalidArgumentError(
        "model_cfg.vision_cfg: CoCa needs a native vision transformer");
  }
  return absl::OkStatus();
}

// A member that must be there; false where it is not.
bool Require(JsonFields& fields, const char* key) {
  if (fields.Member(key) != nullptr) return true;
  fields.Fail(key, "is missing");
  return false;
}

absl::StatusOr<ClipConfig> ParseClipConfig(const nlohmann::json& json) {
  ClipConfig config;
  JsonFields fields(&json, "model_cfg");
  RefuseUnsupportedModel(fields);
  Require(fields, "embed_dim");
  config.embed_dim = fields.Int("embed_dim", 512, 1, kMaxWidth);
  config.init_logit_scale =
      fields.Number("init_logit_scale", config.init_logit_scale,
                    -kMaxLogitParameter, kMaxLogitParameter);
  const std::optional<double> bias = fields.OptionalNumber(
      "init_logit_bias", -kMaxLogitParameter, kMaxLogitParameter);
  config.has_logit_bias = bias.has_value();
  config.init_logit_bias = bias.value_or(0.0);
  config.nonscalar_logit_scale = fields.Bool("nonscalar_logit_scale", false);
  const bool quick_gelu = fields.Bool("quick_gelu", false);
  const bool custom_text = fields.Bool("custom_text", false);
  const nlohmann::json* multimodal = fields.Member("multimodal_cfg");
  Require(fields, "vision_cfg");
  Require(fields, "text_cfg");
  CLIP_RETURN_IF_ERROR(fields.Finish());
  CLIP_ASSIGN_OR_RETURN(config.text,
                        ParseTextConfig(json["text_cfg"], quick_gelu));
  CLIP_ASSIGN_OR_RETURN(config.vision,
                        ParseVisionConfig(json["vision_cfg"], quick_gelu));
  config.model_class = ModelClassOf(custom_text, config, multimodal != nullptr);
  if (multimodal != nullptr && config.model_class == ModelClass::kClip) {
    return absl::InvalidArgumentError(
        "model_cfg.multimodal_cfg: needs custom_text");
  }
  if (config.model_class == ModelClass::kCoCa) {
    CLIP_ASSIGN_OR_RETURN(config.multimodal,
                          ParseMultimodalConfig(*multimodal, quick_gelu));
  }
  CLIP_RETURN_IF_ERROR(CheckModelClass(config));
  return config;
}

// Three numbers, one a channel, or one for all.
std::array<float, 3> ParseChannels(JsonFields& fields, const char* key,
                                   std::array<float, 3> channels, double min) {
  const nlohmann::json* member = fields.Member(key);
  if (member == nullptr) return channels;
  bool valid = member->is_number() ||
               (member->is_array() && member->size() == channels.size());
  for (size_t i = 0; valid && i < channels.size(); ++i) {
    const nlohmann::json& channel =
        member->is_number() ? *member : (*member)[i];
    valid = channel.is_number() && channel.get<double>() >= min &&
            channel.get<double>() <= 1e3;
    if (valid) channels[i] = channel.get<float>();
  }
  if (!valid) {
    fields.Fail(key, "must be one or three numbers in a sensible range");
  }
  return channels;
}

// As in open_clip null means the default.
nlohmann::json WithoutNulls(const nlohmann::json& object) {
  if (!object.is_object()) return object;
  nlohmann::json members = nlohmann::json::object();
  for (const auto& [key, member] : object.items()) {
    if (!member.is_null()) members[key] = member;
  }
  return members;
}

absl::StatusOr<PreprocessConfig> ParsePreprocessConfig(
    const nlohmann::json* json, const VisionConfig& vision) {
  PreprocessConfig config;
  config.image_width = vision.image_width;
  config.image_height = vision.image_height;
  const nlohmann::json members =
      json == nullptr ? nlohmann::json::object() : WithoutNulls(*json);
  JsonFields fields(&members, "preprocess_cfg");
  config.mean = ParseChannels(fields, "mean", config.mean, -1e3);
  config.std = ParseChannels(fields, "std", config.std, 1e-6);
  config.interpolation =
      fields.Choice<Interpolation>("interpolation", Interpolation::kBicubic,
                                   {{"bicubic", Interpolation::kBicubic},
                                    {"bilinear", Interpolation::kBilinear},
                                    // Of training; else open_clip's default.
                                    {"random", Interpolation::kBicubic}});
  config.resize_mode =
      fields.Choice<ResizeMode>("resize_mode", ResizeMode::kShortest,
                                {{"shortest", ResizeMode::kShortest},
                                 {"longest", ResizeMode::kLongest},
                                 {"squash", ResizeMode::kSquash}});
  config.fill_color = fields.Int("fill_color", 0, 0, 255);
  fields.Refuse("mode", "\"RGB\"", "must be RGB");
  // Such as "size": that of vision_cfg always wins.
  fields.IgnoreOthers();
  CLIP_RETURN_IF_ERROR(fields.Finish());
  return config;
}

// Changes the config's text, so that every check sees the new size.
void OverrideImageSize(int image_size, nlohmann::json& root) {
  if (image_size == 0 || !root.is_object()) return;
  const auto model = root.find("model_cfg");
  if (model == root.end() || !model->is_object()) return;
  const auto vision = model->find("vision_cfg");
  if (vision == model->end() || !vision->is_object()) return;
  (*vision)["image_size"] = image_size;
}

}  // namespace

absl::StatusOr<HubConfig> ParseHubConfig(std::string_view json,
                                         const HubConfigOptions& options) {
  CLIP_ASSIGN_OR_RETURN(nlohmann::json root, ParseJson(json, JsonLimits()));
  OverrideImageSize(options.image_size, root);
  JsonFields fields(&root, "");
  const bool has_model = Require(fields, "model_cfg");
  const nlohmann::json* preprocess = fields.Member("preprocess_cfg");
  // open_clip looks at these two alone.
  fields.IgnoreOthers();
  CLIP_RETURN_IF_ERROR(fields.Finish());
  if (!has_model) return absl::InvalidArgumentError("model_cfg: is missing");
  HubConfig config;
  CLIP_ASSIGN_OR_RETURN(config.model, ParseClipConfig(root["model_cfg"]));
  CLIP_ASSIGN_OR_RETURN(config.preprocess,
                        ParsePreprocessConfig(preprocess, config.model.vision));
  return config;
}

}  // namespace clip::model
