#include "model/checkpoint/infer_openai_config.h"

#include <gtest/gtest.h>

#include <string>

#include "model/config/hub_config.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

void Add(StateDict::Tensors& tensors, const std::string& name,
         std::vector<int64_t> shape) {
  tensors[name].shape = std::move(shape);
}

// The keys of a text tower that tell its shape.
StateDict::Tensors TextTower(int layers, int64_t width) {
  StateDict::Tensors tensors;
  Add(tensors, "positional_embedding", {77, width});
  Add(tensors, "token_embedding.weight", {49408, width});
  Add(tensors, "ln_final.weight", {width});
  Add(tensors, "text_projection", {width, 512});
  for (int i = 0; i < layers; ++i) {
    const std::string block = "transformer.resblocks." + std::to_string(i);
    Add(tensors, block + ".ln_1.weight", {width});
    Add(tensors, block + ".attn.in_proj_weight", {3 * width, width});
  }
  return tensors;
}

StateDict::Tensors VitL14() {
  StateDict::Tensors tensors = TextTower(12, 768);
  Add(tensors, "visual.proj", {1024, 768});
  Add(tensors, "visual.conv1.weight", {1024, 3, 14, 14});
  Add(tensors, "visual.positional_embedding", {577, 1024});
  for (int i = 0; i < 24; ++i) {
    Add(tensors,
        "visual.transformer.resblocks." + std::to_string(i) + ".ln_1.weight",
        {1024});
  }
  return tensors;
}

StateDict::Tensors ResNet50x4() {
  StateDict::Tensors tensors = TextTower(12, 640);
  Add(tensors, "visual.layer1.0.conv1.weight", {80, 80, 1, 1});
  Add(tensors, "visual.attnpool.positional_embedding", {82, 2560});
  const int blocks[] = {4, 6, 10, 6};
  for (int stage = 0; stage < 4; ++stage) {
    for (int i = 0; i < blocks[stage]; ++i) {
      Add(tensors,
          "visual.layer" + std::to_string(stage + 1) + "." + std::to_string(i) +
              ".conv2.weight",
          {1, 1, 3, 3});
    }
  }
  return tensors;
}

absl::StatusOr<HubConfig> Infer(StateDict::Tensors tensors) {
  const auto json =
      InferOpenAiConfig(StateDict(std::move(tensors), nullptr, ""));
  if (!json.ok()) return json.status();
  return ParseHubConfig(*json);
}

TEST(InferOpenAiConfigTest, TellsAVisionTransformer) {
  const auto config = Infer(VitL14());
  ASSERT_THAT(config, IsOk());
  const VisionConfig& vision = config->model.vision;
  EXPECT_EQ(vision.architecture, VisionArchitecture::kVisionTransformer);
  EXPECT_EQ(vision.transformer.width, 1024);
  EXPECT_EQ(vision.transformer.layers, 24);
  EXPECT_EQ(vision.transformer.heads, 16);
  EXPECT_EQ(vision.transformer.activation, Activation::kQuickGelu);
  EXPECT_EQ(vision.patch_size, 14);
  EXPECT_EQ(vision.image_height, 336);
  const TextConfig& text = config->model.text;
  EXPECT_EQ(text.transformer.width, 768);
  EXPECT_EQ(text.transformer.heads, 12);
  EXPECT_EQ(text.transformer.layers, 12);
  EXPECT_EQ(text.transformer.activation, Activation::kQuickGelu);
  EXPECT_EQ(text.context_length, 77);
  EXPECT_EQ(text.vocab_size, 49408);
  EXPECT_EQ(config->model.embed_dim, 512);
  EXPECT_EQ(config->preprocess.image_height, 336);
}

TEST(InferOpenAiConfigTest, TellsAResNet) {
  const auto config = Infer(ResNet50x4());
  ASSERT_THAT(config, IsOk());
  const VisionConfig& vision = config->model.vision;
  EXPECT_EQ(vision.architecture, VisionArchitecture::kModifiedResNet);
  EXPECT_EQ(vision.resnet_layers, (std::array<int, 4>{4, 6, 10, 6}));
  EXPECT_EQ(vision.resnet_width, 80);
  EXPECT_EQ(vision.resnet_heads, 40);
  EXPECT_EQ(vision.image_height, 288);
}

TEST(InferOpenAiConfigTest, NamesTheKeyThatItMisses) {
  const StateDict::Tensors whole = VitL14();
  for (const char* key :
       {"positional_embedding", "token_embedding.weight", "ln_final.weight",
        "text_projection", "visual.conv1.weight",
        "visual.positional_embedding"}) {
    StateDict::Tensors tensors = whole;
    tensors.erase(key);
    EXPECT_THAT(Infer(tensors), StatusIs(kInvalid, HasSubstr(key)));
    tensors[key].shape = {1, 2, 3};
    EXPECT_THAT(Infer(tensors), StatusIs(kInvalid, HasSubstr(key)));
  }
}

TEST(InferOpenAiConfigTest, RefusesShapesThatAreNoClip) {
  for (const int64_t positions : {int64_t{0}, int64_t{1}, int64_t{578},
                                  std::numeric_limits<int64_t>::max()}) {
    StateDict::Tensors tensors = VitL14();
    tensors["visual.positional_embedding"].shape = {positions, 1024};
    EXPECT_THAT(Infer(tensors), StatusIs(kInvalid)) << positions;
  }
  for (const int64_t huge :
       {int64_t{1} << 40, int64_t{0}, std::numeric_limits<int64_t>::max()}) {
    for (const char* key :
         {"visual.conv1.weight", "token_embedding.weight", "ln_final.weight"}) {
      StateDict::Tensors tensors = VitL14();
      for (int64_t& length : tensors[key].shape) length = huge;
      EXPECT_THAT(Infer(tensors), StatusIs(kInvalid)) << key << huge;
    }
  }
}

}  // namespace
}  // namespace clip::model
