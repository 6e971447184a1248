#include "model/checkpoint/convert_hf_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "model/checkpoint/convert_hf_preprocessor.h"
#include "model/config/hub_config.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

absl::StatusOr<HubConfig> Convert(const std::string& json) {
  const auto converted = ConvertHfConfig(json);
  if (!converted.ok()) return converted.status();
  return ParseHubConfig(*converted);
}

TEST(ConvertHfConfigTest, ClipHasTheDefaultsOfTransformers) {
  const auto config = Convert(R"({"model_type":"clip"})");
  ASSERT_THAT(config, IsOk());
  const VisionConfig& vision = config->model.vision;
  EXPECT_EQ(vision.transformer.width, 768);
  EXPECT_EQ(vision.transformer.mlp_width, 3072);
  EXPECT_EQ(vision.transformer.heads, 12);
  EXPECT_EQ(vision.transformer.activation, Activation::kQuickGelu);
  EXPECT_EQ(vision.patch_size, 32);
  EXPECT_EQ(vision.image_height, 224);
  const TextConfig& text = config->model.text;
  EXPECT_EQ(text.transformer.width, 512);
  EXPECT_EQ(text.transformer.heads, 8);
  EXPECT_EQ(text.pool, TextPool::kEos);
  EXPECT_EQ(text.eos_id, 49407);
  EXPECT_EQ(config->model.embed_dim, 512);
}

TEST(ConvertHfConfigTest, CarriesEverySettingOfClipOver) {
  const auto config = Convert(R"({"model_type":"clip","projection_dim":1024,
    "vision_config":{"hidden_size":1280,"intermediate_size":5121,
      "num_hidden_layers":32,"num_attention_heads":16,"patch_size":14,
      "hidden_act":"gelu","layer_norm_eps":1e-6,"image_size":336},
    "text_config":{"hidden_size":1024,"num_attention_heads":16,
      "intermediate_size":4096,"num_hidden_layers":24,"vocab_size":100,
      "max_position_embeddings":50,"hidden_act":"gelu_pytorch_tanh",
      "eos_token_id":2}})");
  ASSERT_THAT(config, IsOk());
  const VisionConfig& vision = config->model.vision;
  EXPECT_EQ(vision.transformer.width, 1280);
  EXPECT_EQ(vision.transformer.mlp_width, 5121);
  EXPECT_EQ(vision.transformer.layers, 32);
  EXPECT_EQ(vision.transformer.heads, 16);
  EXPECT_EQ(vision.transformer.activation, Activation::kGelu);
  EXPECT_EQ(vision.transformer.norm_eps, 1e-6);
  EXPECT_EQ(vision.patch_size, 14);
  EXPECT_EQ(vision.image_width, 336);
  const TextConfig& text = config->model.text;
  EXPECT_EQ(text.transformer.activation, Activation::kGeluTanh);
  EXPECT_EQ(text.transformer.norm_eps, 1e-5);
  EXPECT_EQ(text.vocab_size, 100);
  EXPECT_EQ(text.context_length, 50);
  EXPECT_EQ(text.pool, TextPool::kArgmax);
  EXPECT_EQ(config->model.embed_dim, 1024);
}

TEST(ConvertHfConfigTest, AnOldFilesSecondTowerWins) {
  const auto config = Convert(R"({"model_type":"clip",
    "text_config":{"hidden_size":512,"num_attention_heads":8},
    "text_config_dict":{"hidden_size":768,"num_attention_heads":12},
    "vision_config_dict":null})");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->model.text.transformer.width, 768);
}

TEST(ConvertHfConfigTest, SiglipIsACustomTextClipWithATimmTrunk) {
  const auto json = ConvertHfConfig(R"({"model_type":"siglip",
    "vision_config":{"hidden_size":1536,"intermediate_size":6144,
      "num_hidden_layers":40,"num_attention_heads":16,"image_size":384},
    "text_config":{"hidden_size":1152,"intermediate_size":4304,
      "num_hidden_layers":27,"num_attention_heads":16,"vocab_size":256000,
      "projection_size":1536}})");
  ASSERT_THAT(json, IsOk());
  const auto config = nlohmann::json::parse(*json);
  const auto& model = config["model_cfg"];
  EXPECT_EQ(model["vision_cfg"]["timm_model_name"],
            "vit_giantopt_patch16_siglip_256");
  EXPECT_EQ(model["vision_cfg"]["image_size"], 384);
  EXPECT_EQ(model["embed_dim"], 1536);
  EXPECT_EQ(model["custom_text"], true);
  EXPECT_EQ(model["text_cfg"]["pool_type"], "last");
  EXPECT_EQ(model["text_cfg"]["act_kwargs"]["approximate"], "tanh");
  EXPECT_EQ(config["preprocess_cfg"]["resize_mode"], "squash");
}

TEST(ConvertHfConfigTest, GivesSiglipsTrunkTheActivationOfTheFile) {
  const std::string base = R"({"model_type":"siglip",
    "vision_config":{"hidden_act":"ACT"},"text_config":{}})";
  for (const auto& [name, activation] :
       {std::pair<std::string, Activation>{"gelu", Activation::kGelu},
        {"quick_gelu", Activation::kQuickGelu},
        {"gelu_new", Activation::kGeluTanh},
        {"gelu_pytorch_tanh", Activation::kGeluTanh}}) {
    std::string json = base;
    const auto config = Convert(json.replace(json.find("ACT"), 3, name));
    ASSERT_THAT(config, IsOk());
    const TimmConfig& timm = config->model.vision.timm;
    EXPECT_EQ(timm.model_name, "vit_base_patch16_siglip_224");
    EXPECT_EQ(timm.model_kwargs.act_layer, activation) << name;
    EXPECT_EQ(config->model.text.transformer.activation, Activation::kGeluTanh);
  }
}

TEST(ConvertHfConfigTest, RefusesByKeyWhatItCannotBe) {
  const struct {
    const char* json;
    const char* key;
  } cases[] = {
      {"{}", "model_type"},
      {"[]", "object"},
      {"{", "JSON"},
      {R"({"model_type":"bert"})", "model_type"},
      {R"({"model_type":"siglip2"})", "siglip2"},
      {R"({"model_type":1})", "model_type"},
      {R"({"model_type":"clip","vision_config":[]})", "vision_config"},
      {R"({"model_type":"clip","vision_config":{"hidden_size":0}})",
       "vision_config.hidden_size"},
      {R"({"model_type":"clip","vision_config":{"hidden_size":-8}})",
       "vision_config.hidden_size"},
      {R"({"model_type":"clip","vision_config":{"hidden_size":1e30}})",
       "vision_config.hidden_size"},
      {R"({"model_type":"clip","vision_config":{"num_attention_heads":7}})",
       "vision_config.hidden_size"},
      {R"({"model_type":"clip","vision_config":{"num_attention_heads":0}})",
       "vision_config.hidden_size"},
      {R"({"model_type":"clip","vision_config":{"num_channels":1}})",
       "vision_config.num_channels"},
      {R"({"model_type":"clip","text_config":{"hidden_act":"relu"}})",
       "text_config.hidden_act"},
      {R"({"model_type":"clip","text_config":{"hidden_act":"gelu"}})",
       "text_config.hidden_act"},
      {R"({"model_type":"clip","text_config":{"eos_token_id":[1]}})",
       "text_config.eos_token_id"},
      {R"({"model_type":"clip","projection_dim":"a"})", "projection_dim"},
      {R"({"model_type":"siglip","vision_config":{"hidden_size":24}})",
       "vision_config.hidden_size"},
      {R"({"model_type":"siglip","vision_config":{"layer_norm_eps":1e-5}})",
       "vision_config.layer_norm_eps"},
      {R"({"model_type":"siglip","vision_config":{"vision_use_head":false}})",
       "vision_config.vision_use_head"},
      {R"({"model_type":"siglip","text_config":{"projection_size":8}})",
       "text_config.projection_size"},
  };
  for (const auto& param : cases) {
    EXPECT_THAT(Convert(param.json), StatusIs(kInvalid, HasSubstr(param.key)))
        << param.json;
  }
}

absl::StatusOr<PreprocessConfig> Apply(const std::string& preprocessor) {
  const auto config = ConvertHfConfig(R"({"model_type":"clip"})");
  const auto applied = ApplyHfPreprocessor(*config, preprocessor);
  if (!applied.ok()) return applied.status();
  const auto parsed = ParseHubConfig(*applied);
  if (!parsed.ok()) return parsed.status();
  return parsed->preprocess;
}

TEST(ApplyHfPreprocessorTest, TakesMeanStdFilterAndResize) {
  const auto config = Apply(R"({"image_mean":[0.5,0.25,0.125],
    "image_std":[0.5,0.5,0.25],"resample":2,"size":{"shortest_edge":224},
    "crop_size":224,"do_center_crop":true,"rescale_factor":0.00392156862745098,
    "feature_extractor_type":"CLIPFeatureExtractor"})");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->mean, (std::array<float, 3>{0.5F, 0.25F, 0.125F}));
  EXPECT_EQ(config->interpolation, Interpolation::kBilinear);
  EXPECT_EQ(config->resize_mode, ResizeMode::kShortest);
}

TEST(ApplyHfPreprocessorTest, HeightAndWidthSquash) {
  const auto config = Apply(
      R"({"image_processor":{"size":{"height":224,"width":224},"resample":3}})");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->resize_mode, ResizeMode::kSquash);
  EXPECT_EQ(config->interpolation, Interpolation::kBicubic);
}

TEST(ApplyHfPreprocessorTest, RefusesByKeyWhatItCannotDo) {
  const struct {
    const char* json;
    const char* key;
  } cases[] = {
      {R"({"size":{"shortest_edge":256},"crop_size":224})", "crop_size"},
      {R"({"size":{"shortest_edge":224}})", "do_center_crop"},
      {R"({"size":{"longest_edge":224}})", "size"},
      {R"({"resample":1})", "resample"},
      {R"({"do_normalize":false})", "do_normalize"},
      {R"({"rescale_factor":1})", "rescale_factor"},
      {R"({"image_mean":[1]})", "mean"},
      {"[]", "object"},
  };
  for (const auto& param : cases) {
    EXPECT_THAT(Apply(param.json), StatusIs(kInvalid, HasSubstr(param.key)))
        << param.json;
  }
}

}  // namespace
}  // namespace clip::model
