#include "model/config/vision_config_parser.h"

#include <nlohmann/json.hpp>
#include <string>

#include "model/config/json_fields.h"
#include "model/config/transformer_config_parser.h"

namespace clip::model {
namespace {

constexpr int kMaxImageSize = 4096;

bool IsImageSize(const nlohmann::json& json) {
  return json.is_number_integer() && json.get<double>() >= 1 &&
         json.get<double>() <= kMaxImageSize;
}

// `image_size` is an integer or [height, width].
void ParseImageSize(JsonFields& fields, VisionConfig& config) {
  const nlohmann::json* size = fields.Member("image_size");
  if (size == nullptr) return;
  if (IsImageSize(*size)) {
    config.image_height = config.image_width = size->get<int>();
  } else if (size->is_array() && size->size() == 2 && IsImageSize((*size)[0]) &&
             IsImageSize((*size)[1])) {
    config.image_height = (*size)[0].get<int>();
    config.image_width = (*size)[1].get<int>();
  } else {
    fields.Fail("image_size",
                "must be an integer or [height, width], each from 1 to 4096");
  }
}

void ParseResNetLayers(JsonFields& fields, const nlohmann::json& layers,
                       VisionConfig& config) {
  constexpr int kMaxBlocks = 256;
  bool valid = layers.size() == config.resnet_layers.size();
  for (size_t i = 0; valid && i < layers.size(); ++i) {
    valid = layers[i].is_number_integer() && layers[i].get<double>() >= 1 &&
            layers[i].get<double>() <= kMaxBlocks;
    if (valid) config.resnet_layers[i] = layers[i].get<int>();
  }
  if (!valid) {
    fields.Fail("layers", "must be an integer or four integers from 1 to 256");
  }
}

// Pixels that the trunk's six halvings leave of one side.
int ResNetGrid(int image_size) { return (image_size + 1) / 2 / 2 / 2 / 2 / 2; }

void ParseResNet(JsonFields& fields, int width, int head_width,
                 VisionConfig& config) {
  config.architecture = VisionArchitecture::kModifiedResNet;
  config.resnet_width = width;
  config.resnet_heads = width * 32 / head_width;
  const int pool_width = width * 32;
  if (width % 2 != 0 || config.resnet_heads < 1 ||
      pool_width % config.resnet_heads != 0) {
    fields.Fail("width",
                "must be even, and 32 * width a multiple of the heads");
  }
  const int size = config.image_height;
  if (config.image_width != size || size < 32 ||
      ResNetGrid(size) != size / 32) {
    fields.Fail("image_size",
                "a ResNet needs a square image, best a multiple of 32 pixels");
  }
}

void ParseVisionTransformer(JsonFields& fields, int head_width,
                            VisionConfig& config) {
  TransformerConfig& transformer = config.transformer;
  transformer.layers = fields.Int("layers", 12, 1, kMaxLayers);
  transformer.heads = transformer.width / head_width;
  if (transformer.heads < 1 || transformer.width % transformer.heads != 0) {
    fields.Fail("head_width",
                "width must be a multiple of width // head_width");
  }
  config.patch_size = fields.Int("patch_size", 16, 1, kMaxImageSize);
  if (config.patch_size > config.image_height ||
      config.patch_size > config.image_width) {
    fields.Fail("patch_size", "is larger than the image");
  }
}

void ParsePool(JsonFields& fields, VisionConfig& config) {
  config.no_ln_pre = fields.Bool("no_ln_pre", false);
  config.final_ln_after_pool = fields.Bool("final_ln_after_pool", false);
  const std::string pool = fields.OptionalString("pool_type");
  if (pool == "none") {
    fields.Fail("pool_type", "none gives one vector a token, not an embedding");
  }
  config.pool = fields.Choice<VisionPool>(
      "pool_type", VisionPool::kClassToken,
      {{"tok", VisionPool::kClassToken}, {"avg", VisionPool::kAverage}});
}

void ParseAttentionalPool(JsonFields& fields, VisionConfig& config) {
  constexpr int kMaxQueries = 1 << 16;
  const nlohmann::json* pool = fields.Member("attentional_pool");
  if (pool != nullptr && !pool->is_boolean()) {
    fields.Fail("attentional_pool", "must be true or false");
  }
  config.attentional_pool = pool != nullptr && *pool == true;
  config.attn_pooler_queries =
      fields.Int("attn_pooler_queries", 256, 2, kMaxQueries);
  config.attn_pooler_heads = fields.Int("attn_pooler_heads", 8, 1, kMaxWidth);
}

TimmProjection ParseTimmProjection(JsonFields& fields,
                                   const nlohmann::json& json) {
  // null means the trunk's own classifier, absence a linear layer.
  const auto member = json.find("timm_proj");
  if (member != json.end() && member->is_null()) return TimmProjection::kTrunk;
  return fields.Choice<TimmProjection>("timm_proj", TimmProjection::kLinear,
                                       {{"linear", TimmProjection::kLinear},
                                        {"mlp", TimmProjection::kMlp},
                                        {"none", TimmProjection::kNone},
                                        {"", TimmProjection::kTrunk}});
}

void ParsePosEmbedGridSize(JsonFields& fields, TimmModelKwargs& kwargs) {
  constexpr const char* kKey = "pos_embed_grid_size";
  const nlohmann::json* size = fields.Member(kKey);
  if (size == nullptr) return;
  if (size->is_array() && size->size() == 2 && IsImageSize((*size)[0]) &&
      IsImageSize((*size)[1])) {
    kwargs.pos_embed_grid_size = {(*size)[0].get<int>(), (*size)[1].get<int>()};
  } else {
    fields.Fail(kKey, "must be [rows, columns], each from 1 to 4096");
  }
}

TimmModelKwargs ParseTimmModelKwargs(JsonFields& vision) {
  constexpr const char* kKey = "timm_model_kwargs";
  JsonFields fields(vision.Member(kKey), vision.PathOf(kKey));
  TimmModelKwargs kwargs;
  if (fields.Member("patch_size") != nullptr) {
    kwargs.patch_size = fields.Int("patch_size", 16, 1, kMaxImageSize);
  }
  ParsePosEmbedGridSize(fields, kwargs);
  if (fields.Member("act_layer") != nullptr) {
    kwargs.act_layer =
        fields.Choice<Activation>("act_layer", Activation::kGelu,
                                  {{"gelu", Activation::kGelu},
                                   {"gelu_tanh", Activation::kGeluTanh},
                                   {"quick_gelu", Activation::kQuickGelu}});
  }
  for (const char* key :
       {"img_size", "embed_dim", "depth", "num_heads", "mlp_ratio",
        "swiglu_mlp", "attn_pool_mlp_ratio", "use_naflex"}) {
    fields.Refuse(key, "null", "is not supported");
  }
  // For training only.
  for (const char* key :
       {"drop_rate", "drop_path_rate", "pos_drop_rate", "patch_drop_rate",
        "proj_drop_rate", "attn_drop_rate"}) {
    fields.Ignore(key);
  }
  vision.Absorb(fields.Finish());
  return kwargs;
}

// The name of the model behind "NAME.TAG", where the tag says which weights it
// would begin with, and behind the address of timm's repository of that name.
std::string TimmArchitecture(std::string name) {
  for (const std::string prefix : {"hf-hub:timm/", "hf_hub:timm/"}) {
    if (name.rfind(prefix, 0) == 0) name.erase(0, prefix.size());
  }
  return name.substr(0, name.find('.'));
}

void ParseTimm(JsonFields& fields, const nlohmann::json& json,
               VisionConfig& config) {
  TimmConfig& timm = config.timm;
  timm.model_name = TimmArchitecture(fields.OptionalString("timm_model_name"));
  const std::string pool = fields.OptionalString("timm_pool");
  if (json.is_object() && json.contains("timm_pool")) timm.pool = pool;
  fields.Member("timm_proj");
  if (json.is_object()) timm.projection = ParseTimmProjection(fields, json);
  timm.projection_bias = fields.Bool("timm_proj_bias", false);
  timm.model_kwargs = ParseTimmModelKwargs(fields);
}

void RefuseUnsupportedVision(JsonFields& fields) {
  fields.Refuse("pos_embed_type", "\"learnable\"",
                "only learnable position embeddings are supported");
  // What the weights were before, and regularization: for training only.
  for (const char* key :
       {"timm_model_pretrained", "timm_drop", "timm_drop_path"}) {
    fields.Ignore(key);
  }
  // Patches of a picture that keeps its aspect ratio; as in open_clip unless
  // that is asked for, all pictures have image_size.
  fields.Ignore("image_seq_len");
  // Training only.
  fields.Number("patch_dropout", 0.0, 0.0, 1.0);
  // Adds a second output, the tokens, which no call here returns.
  fields.Bool("output_tokens", false);
}

}  // namespace

absl::StatusOr<VisionConfig> ParseVisionConfig(const nlohmann::json& json,
                                               bool quick_gelu) {
  VisionConfig config;
  JsonFields fields(&json, "model_cfg.vision_cfg");
  RefuseUnsupportedVision(fields);
  ParseImageSize(fields, config);
  const int width = fields.Int("width", 768, 1, kMaxWidth);
  const int head_width = fields.Int("head_width", 64, 1, kMaxWidth);
  config.transformer.width = width;
  ParsePool(fields, config);
  ParseAttentionalPool(fields, config);
  ParseTimm(fields, json, config);
  ParseTransformerFields(fields, quick_gelu, config.transformer);
  const nlohmann::json* layers = fields.Member("layers");
  if (!config.timm.model_name.empty()) {
    config.architecture = VisionArchitecture::kTimm;
    fields.Ignore("patch_size");
  } else if (layers != nullptr && layers->is_array()) {
    // A ResNet has no patches; its configs say null.
    fields.Ignore("patch_size");
    ParseResNetLayers(fields, *layers, config);
    ParseResNet(fields, width, head_width, config);
  } else {
    ParseVisionTransformer(fields, head_width, config);
  }
  const absl::Status status = fields.Finish();
  if (!status.ok()) return status;
  return config;
}

}  // namespace clip::model
