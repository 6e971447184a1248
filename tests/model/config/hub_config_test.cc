#include "model/config/hub_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// ViT-B-32 as open_clip writes it.
json BaseConfig() {
  return json::parse(R"({
    "model_cfg": {
      "embed_dim": 512,
      "vision_cfg": {"image_size": 224, "layers": 12, "width": 768,
                     "patch_size": 32},
      "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 512,
                   "heads": 8, "layers": 12}
    },
    "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}
  })");
}

// The base config with the member at a JSON pointer set to a value.
json With(const std::string& pointer, const json& value) {
  json config = BaseConfig();
  config[json::json_pointer(pointer)] = value;
  return config;
}

json Without(const std::string& parent, const std::string& key) {
  json config = BaseConfig();
  config[json::json_pointer(parent)].erase(key);
  return config;
}

json ResNetConfig() {
  return With("/model_cfg/vision_cfg", {{"image_size", 288},
                                        {"layers", {4, 6, 10, 6}},
                                        {"width", 80},
                                        {"patch_size", nullptr}});
}

absl::StatusOr<HubConfig> Parse(const json& config) {
  return ParseHubConfig(config.dump());
}

HubConfig MustParse(const json& config) {
  auto parsed = Parse(config);
  EXPECT_THAT(parsed, IsOk());
  return parsed.ok() ? *parsed : HubConfig();
}

TEST(HubConfigTest, ReadsAVisionTransformer) {
  const HubConfig config = MustParse(BaseConfig());
  const VisionConfig& vision = config.model.vision;
  EXPECT_EQ(vision.architecture, VisionArchitecture::kVisionTransformer);
  EXPECT_EQ(vision.transformer.width, 768);
  EXPECT_EQ(vision.transformer.heads, 12);
  EXPECT_EQ(vision.transformer.mlp_width, 3072);
  EXPECT_EQ(vision.patch_size, 32);
  EXPECT_EQ(config.model.text.transformer.heads, 8);
  EXPECT_EQ(config.model.text.tokenizer.context_length, 77);
  EXPECT_FALSE(config.model.has_logit_bias);
}

TEST(HubConfigTest, ReadsAResNet) {
  const VisionConfig vision = MustParse(ResNetConfig()).model.vision;
  EXPECT_EQ(vision.architecture, VisionArchitecture::kModifiedResNet);
  EXPECT_EQ(vision.resnet_layers[2], 10);
  EXPECT_EQ(vision.resnet_width, 80);
  EXPECT_EQ(vision.resnet_heads, 40);
}

TEST(HubConfigTest, TruncatesTheMlpWidthAsOpenClip) {
  // ViT-g-14, ViT-bigG-14 and ViT-e-14.
  const struct {
    int width;
    int head_width;
    double ratio;
    int mlp_width;
  } cases[] = {{1408, 88, 4.3637, 6144},
               {1664, 104, 4.9231, 8192},
               {1792, 112, 8.5715, 15360}};
  for (const auto& test : cases) {
    json config = BaseConfig();
    config["model_cfg"]["vision_cfg"]["width"] = test.width;
    config["model_cfg"]["vision_cfg"]["head_width"] = test.head_width;
    config["model_cfg"]["vision_cfg"]["mlp_ratio"] = test.ratio;
    const HubConfig parsed = MustParse(config);
    EXPECT_EQ(parsed.model.vision.transformer.mlp_width, test.mlp_width);
    EXPECT_EQ(parsed.model.vision.transformer.heads, 16);
  }
}

TEST(HubConfigTest, ReadsASizeOfHeightAndWidth) {
  const HubConfig config =
      MustParse(With("/model_cfg/vision_cfg/image_size", {64, 96}));
  EXPECT_EQ(config.preprocess.image_height, 64);
  EXPECT_EQ(config.preprocess.image_width, 96);
}

TEST(HubConfigTest, QuickGeluHoldsForBothTowers) {
  const HubConfig config = MustParse(With("/model_cfg/quick_gelu", true));
  EXPECT_EQ(config.model.vision.transformer.activation, Activation::kQuickGelu);
  EXPECT_EQ(config.model.text.transformer.activation, Activation::kQuickGelu);
}

TEST(HubConfigTest, ImageSizeOfTheModelBeatsThePreprocessing) {
  const HubConfig config = MustParse(With("/preprocess_cfg/size", 336));
  EXPECT_EQ(config.preprocess.image_width, 224);
}

TEST(HubConfigTest, PreprocessingDefaultsToOpenAis) {
  const HubConfig config = MustParse(Without("", "preprocess_cfg"));
  EXPECT_FLOAT_EQ(config.preprocess.mean[0], 0.48145466F);
  EXPECT_EQ(config.preprocess.interpolation, Interpolation::kBicubic);
  EXPECT_EQ(config.preprocess.resize_mode, ResizeMode::kShortest);
}

TEST(HubConfigTest, ReadsPreprocessing) {
  json json = BaseConfig();
  json["preprocess_cfg"]["interpolation"] = "bilinear";
  json["preprocess_cfg"]["resize_mode"] = "squash";
  const PreprocessConfig config = MustParse(json).preprocess;
  EXPECT_FLOAT_EQ(config.std[2], 0.25F);
  EXPECT_EQ(config.interpolation, Interpolation::kBilinear);
  EXPECT_EQ(config.resize_mode, ResizeMode::kSquash);
}

struct KeyCase {
  const char* pointer;
  const char* value;
};

class AcceptedKeyTest : public ::testing::TestWithParam<KeyCase> {};

TEST_P(AcceptedKeyTest, ChangesNothing) {
  EXPECT_THAT(Parse(With(GetParam().pointer, json::parse(GetParam().value))),
              IsOk());
}

INSTANTIATE_TEST_SUITE_P(
    InertValues, AcceptedKeyTest,
    ::testing::Values(
        KeyCase{"/model_cfg/vision_cfg/timm_model_name", "null"},
        KeyCase{"/model_cfg/vision_cfg/timm_pool", "\"avg\""},
        KeyCase{"/model_cfg/vision_cfg/timm_model_pretrained", "false"},
        KeyCase{"/model_cfg/vision_cfg/patch_dropout", "0.5"},
        KeyCase{"/model_cfg/vision_cfg/timm_model_kwargs",
                "{\"drop_path_rate\": 0.1, \"act_layer\": null}"},
        KeyCase{"/model_cfg/text_cfg/hf_model_config",
                "{\"hidden_dropout_prob\": 0.0}"},
        KeyCase{"/model_cfg/vision_cfg/attentional_pool", "false"},
        KeyCase{"/model_cfg/vision_cfg/attn_pooler_heads", "8"},
        KeyCase{"/model_cfg/vision_cfg/pos_embed_type", "\"learnable\""},
        KeyCase{"/model_cfg/vision_cfg/ls_init_value", "null"},
        KeyCase{"/model_cfg/vision_cfg/act_kwargs", "null"},
        KeyCase{"/model_cfg/vision_cfg/norm_kwargs", "{}"},
        KeyCase{"/model_cfg/vision_cfg/block_type", "\"default\""},
        KeyCase{"/model_cfg/vision_cfg/qk_norm", "false"},
        KeyCase{"/model_cfg/vision_cfg/output_tokens", "false"},
        KeyCase{"/model_cfg/text_cfg/hf_model_name", "null"},
        KeyCase{"/model_cfg/text_cfg/hf_tokenizer_name", "null"},
        KeyCase{"/model_cfg/text_cfg/tokenizer_kwargs", "null"},
        KeyCase{"/model_cfg/text_cfg/embed_cls", "false"},
        KeyCase{"/model_cfg/custom_text", "false"},
        KeyCase{"/model_cfg/multimodal_cfg", "null"},
        KeyCase{"/model_cfg/init_logit_bias", "null"},
        KeyCase{"/model_cfg/cast_dtype", "null"}, KeyCase{"/extra", "1"},
        KeyCase{"/preprocess_cfg/extra", "1"},
        KeyCase{"/preprocess_cfg/mean", "null"},
        KeyCase{"/preprocess_cfg/resize_mode", "null"},
        KeyCase{"/preprocess_cfg/interpolation", "\"random\""},
        KeyCase{"/model_cfg/text_cfg/eos_id", "null"},
        KeyCase{"/model_cfg/text_cfg/norm_type", "null"},
        KeyCase{"/model_cfg/text_cfg/reg_tokens", "0"},
        KeyCase{"/preprocess_cfg/mode", "\"RGB\""},
        KeyCase{"/preprocess_cfg/fill_color", "0"}));

class RefusedKeyTest : public ::testing::TestWithParam<KeyCase> {};

TEST_P(RefusedKeyTest, IsNamedWithItsPath) {
  const std::string pointer = GetParam().pointer;
  std::string path = pointer.substr(1);
  for (char& c : path) c = c == '/' ? '.' : c;
  EXPECT_THAT(Parse(With(pointer, json::parse(GetParam().value))),
              StatusIs(kInvalid, HasSubstr(path)));
}

INSTANTIATE_TEST_SUITE_P(
    Unsupported, RefusedKeyTest,
    ::testing::Values(
        KeyCase{"/model_cfg/vision_cfg/attentional_pool", "\"parallel\""},
        KeyCase{"/model_cfg/vision_cfg/pos_embed_type", "\"sin_cos_2d\""},
        KeyCase{"/model_cfg/vision_cfg/qk_norm", "true"},
        KeyCase{"/model_cfg/vision_cfg/pool_type", "\"none\""},
        KeyCase{"/model_cfg/text_cfg/pool_type", "\"none\""},
        KeyCase{"/model_cfg/text_cfg/scale_fc", "true"},
        KeyCase{"/model_cfg/text_cfg/embed_cls", "true"},
        KeyCase{"/model_cfg/text_cfg/text_arch", "\"modern\""},
        KeyCase{"/model_cfg/vision_cfg/timm_model_kwargs/depth", "1"},
        KeyCase{"/model_cfg/text_cfg/hf_model_config/hidden_size", "1"},
        KeyCase{"/model_cfg/multimodal_cfg", "{}"},
        KeyCase{"/preprocess_cfg/interpolation", "\"nearest\""}));

INSTANTIATE_TEST_SUITE_P(
    Unknown, RefusedKeyTest,
    ::testing::Values(KeyCase{"/model_cfg/extra", "1"},
                      KeyCase{"/model_cfg/vision_cfg/extra", "1"},
                      KeyCase{"/model_cfg/text_cfg/extra", "null"},
                      KeyCase{"/model_cfg/text_cfg/tokenizer_kwargs/x", "1"},
                      KeyCase{"/model_cfg/vision_cfg/norm_kwargs/x", "1"}));

INSTANTIATE_TEST_SUITE_P(
    WrongTypeOrRange, RefusedKeyTest,
    ::testing::Values(KeyCase{"/model_cfg", "[]"},
                      KeyCase{"/model_cfg/vision_cfg", "7"},
                      KeyCase{"/model_cfg/embed_dim", "0"},
                      KeyCase{"/model_cfg/embed_dim", "\"512\""},
                      KeyCase{"/model_cfg/embed_dim", "512.0"},
                      KeyCase{"/model_cfg/embed_dim", "18446744073709551615"},
                      KeyCase{"/model_cfg/embed_dim", "1e300"},
                      KeyCase{"/model_cfg/quick_gelu", "1"},
                      KeyCase{"/model_cfg/init_logit_scale", "null"},
                      KeyCase{"/model_cfg/vision_cfg/width", "-768"},
                      KeyCase{"/model_cfg/vision_cfg/width", "2147483648"},
                      KeyCase{"/model_cfg/vision_cfg/layers", "0"},
                      KeyCase{"/model_cfg/vision_cfg/layers", "[1, 2, 3]"},
                      KeyCase{"/model_cfg/vision_cfg/layers", "[1, 2, 3, 0]"},
                      KeyCase{"/model_cfg/vision_cfg/image_size", "[224]"},
                      KeyCase{"/model_cfg/vision_cfg/image_size", "100000"},
                      KeyCase{"/model_cfg/vision_cfg/image_size", "true"},
                      KeyCase{"/model_cfg/vision_cfg/patch_size", "225"},
                      KeyCase{"/model_cfg/vision_cfg/patch_size", "null"},
                      KeyCase{"/model_cfg/vision_cfg/head_width", "1000"},
                      KeyCase{"/model_cfg/vision_cfg/mlp_ratio", "1e9"},
                      KeyCase{"/model_cfg/vision_cfg/mlp_ratio", "0"},
                      KeyCase{"/model_cfg/vision_cfg/norm_kwargs/eps", "0"},
                      KeyCase{"/model_cfg/vision_cfg/act_kwargs/approximate",
                              "\"erf\""},
                      KeyCase{"/model_cfg/vision_cfg/timm_model_kwargs/"
                              "pos_embed_grid_size",
                              "[16]"},
                      KeyCase{"/model_cfg/vision_cfg/timm_model_kwargs/"
                              "patch_size",
                              "0"},
                      KeyCase{"/model_cfg/vision_cfg/timm_model_kwargs/"
                              "act_layer",
                              "\"relu\""},
                      KeyCase{"/model_cfg/text_cfg/hf_model_config/"
                              "max_position_embeddings",
                              "0"},
                      KeyCase{"/model_cfg/text_cfg/heads", "7"},
                      KeyCase{"/model_cfg/text_cfg/vocab_size", "4294967297"},
                      KeyCase{"/model_cfg/text_cfg/pool_type", "\"mean\""},
                      KeyCase{"/preprocess_cfg/mean", "[0.5, 0.5]"},
                      KeyCase{"/preprocess_cfg/std", "[0.5, 0.0, 0.5]"},
                      KeyCase{"/preprocess_cfg/resize_mode", "\"crop\""},
                      KeyCase{"/preprocess_cfg/fill_color", "256"},
                      KeyCase{"/preprocess_cfg/mode", "\"L\""}));

TEST(HubConfigTest, TellsTheModelClassAsOpenClip) {
  EXPECT_EQ(Parse(With("/model_cfg/custom_text", false))->model.model_class,
            ModelClass::kClip);
  json config = With("/model_cfg/custom_text", true);
  EXPECT_EQ(Parse(config)->model.model_class, ModelClass::kCustomTextClip);
  config["model_cfg"]["multimodal_cfg"] = {
      {"width", 512}, {"layers", 3}, {"output_tokens", false}};
  const auto coca = Parse(config);
  ASSERT_THAT(coca, IsOk());
  EXPECT_EQ(coca->model.model_class, ModelClass::kCoCa);
  EXPECT_EQ(coca->model.multimodal.transformer.layers, 3);
  EXPECT_EQ(
      Parse(With("/model_cfg/text_cfg/variable_text", true))->model.model_class,
      ModelClass::kCustomTextClip);
  const auto hugging_face =
      Parse(With("/model_cfg/text_cfg/hf_model_name", "roberta-base"));
  ASSERT_THAT(hugging_face, IsOk());
  EXPECT_EQ(hugging_face->model.model_class, ModelClass::kCustomTextClip);
  EXPECT_EQ(hugging_face->model.text.hf.model_name, "roberta-base");
}

TEST(HubConfigTest, ReadsWhatTakesThePlaceOfATimmModelsOwn) {
  const auto config =
      Parse(With("/model_cfg/vision_cfg/timm_model_kwargs",
                 {{"patch_size", 32}, {"pos_embed_grid_size", {7, 8}}}));
  ASSERT_THAT(config, IsOk());
  const TimmModelKwargs& kwargs = config->model.vision.timm.model_kwargs;
  EXPECT_EQ(kwargs.patch_size, 32);
  EXPECT_EQ((*kwargs.pos_embed_grid_size)[1], 8);
  EXPECT_FALSE(kwargs.act_layer.has_value());
}

TEST(HubConfigTest, ReadsWhereATimmTowerHasItsProjection) {
  json config = With("/model_cfg/vision_cfg/timm_model_name", "convnext_base");
  EXPECT_EQ(Parse(config)->model.vision.timm.projection,
            TimmProjection::kLinear);
  EXPECT_EQ(Parse(config)->model.vision.timm.pool, "avg");
  json& vision = config["model_cfg"]["vision_cfg"];
  vision["timm_pool"] = "map";
  for (const auto& [value, projection] :
       {std::pair<json, TimmProjection>{nullptr, TimmProjection::kTrunk},
        {"", TimmProjection::kTrunk},
        {"mlp", TimmProjection::kMlp},
        {"none", TimmProjection::kNone}}) {
    vision["timm_proj"] = value;
    const auto parsed = Parse(config);
    ASSERT_THAT(parsed, IsOk()) << value;
    EXPECT_EQ(parsed->model.vision.timm.projection, projection) << value;
    EXPECT_EQ(parsed->model.vision.timm.pool, "map");
  }
}

TEST(HubConfigTest, RefusesHeadsThatDoNotDivideThePoolersWidth) {
  json config = With("/model_cfg/vision_cfg/attentional_pool", true);
  config["model_cfg"]["vision_cfg"]["attn_pooler_heads"] = 7;
  EXPECT_THAT(Parse(config),
              StatusIs(kInvalid, HasSubstr("attn_pooler_heads")));
}

TEST(HubConfigTest, NamesAKeyThatIsMissing) {
  EXPECT_THAT(Parse(Without("", "model_cfg")),
              StatusIs(kInvalid, HasSubstr("model_cfg: is missing")));
  for (const char* key : {"embed_dim", "vision_cfg", "text_cfg"}) {
    EXPECT_THAT(Parse(Without("/model_cfg", key)),
                StatusIs(kInvalid, AllOf(HasSubstr(key), HasSubstr("missing"))))
        << key;
  }
}

TEST(HubConfigTest, RefusesActivationOptionsOfQuickGelu) {
  json config = With("/model_cfg/quick_gelu", true);
  config["model_cfg"]["text_cfg"]["act_kwargs"] = {{"approximate", "tanh"}};
  EXPECT_THAT(Parse(config), StatusIs(kInvalid, HasSubstr("act_kwargs")));
}

TEST(HubConfigTest, RefusesAResNetWhoseFeatureMapDoesNotFit) {
  json config = ResNetConfig();
  for (const json& size : {json(63), json(31), json({288, 288 + 32})}) {
    config["model_cfg"]["vision_cfg"]["image_size"] = size;
    EXPECT_THAT(Parse(config), StatusIs(kInvalid, HasSubstr("image_size")))
        << size;
  }
}

TEST(HubConfigTest, TakesNoPoolerForTheDefaultOfTheArchitecture) {
  for (const auto& [name, pooler] :
       {std::pair<const char*, HfPooler>{"roberta-base", HfPooler::kMean},
        {"bert-base-uncased", HfPooler::kClsLastHiddenState}}) {
    json config = With("/model_cfg/text_cfg/hf_model_name", name);
    config["model_cfg"]["text_cfg"]["hf_pooler_type"] = nullptr;
    EXPECT_EQ(MustParse(config).model.text.hf.pooler, pooler) << name;
  }
}

TEST(HubConfigTest, TakesTimmsNameFromItsTagAndRepository) {
  for (const char* name :
       {"vit_base_patch16_siglip_224", "vit_base_patch16_siglip_224.webli",
        "hf-hub:timm/vit_base_patch16_siglip_224.webli",
        "hf_hub:timm/vit_base_patch16_siglip_224.webli"}) {
    EXPECT_EQ(MustParse(With("/model_cfg/vision_cfg/timm_model_name", name))
                  .model.vision.timm.model_name,
              "vit_base_patch16_siglip_224");
  }
}

TEST(HubConfigTest, TakesOneNumberForAllChannels) {
  const HubConfig config = MustParse(With("/preprocess_cfg/std", 0.25));
  EXPECT_FLOAT_EQ(config.preprocess.std[2], 0.25F);
}

TEST(HubConfigTest, KeepsAMessageOnOneShortLine) {
  const std::string key = "a\nb" + std::string(10'000, 'x');
  const auto status = Parse(With("/model_cfg/" + key, 1)).status();
  EXPECT_LT(status.message().size(), 200U);
  EXPECT_EQ(status.message().find('\n'), absl::string_view::npos);
}

}  // namespace
}  // namespace clip::model
