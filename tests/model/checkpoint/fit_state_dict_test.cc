#include "model/checkpoint/fit_state_dict.h"

#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "model/checkpoint/resize_pos_embed.h"
#include "model/checkpoint/safetensors_reader.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// Positions as open_clip resized them.
class Golden {
 public:
  const TensorView& at(const std::string& name) const {
    return tensors_.tensors().at(name);
  }

 private:
  const StateDict tensors_ =
      ReadSafetensors(std::string(CLIP_SOURCE_DIR) +
                      "/tests/golden/checkpoint/resized.safetensors")
          .value();
};

std::vector<float> Floats(const TensorView& view) {
  std::vector<float> values(view.bytes.size() / sizeof(float));
  std::memcpy(values.data(), view.bytes.data(), view.bytes.size());
  return values;
}

void ExpectNear(const TensorView& actual, const TensorView& expected) {
  ASSERT_EQ(actual.shape, expected.shape);
  ASSERT_EQ(actual.dtype, TensorDtype::kFloat32);
  const std::vector<float> a = Floats(actual);
  const std::vector<float> b = Floats(expected);
  for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-6) << i;
}

TEST(ResizePosEmbedTest, ResizesAsOpenClip) {
  const Golden golden;
  const auto smaller =
      ResizePosEmbed(golden.at("image.smaller.before"), {1, 3, 4});
  ASSERT_THAT(smaller, IsOk());
  ExpectNear(*smaller, golden.at("image.smaller.after"));
  const auto larger =
      ResizePosEmbed(golden.at("image.larger.before"), {1, 7, 9});
  ASSERT_THAT(larger, IsOk());
  ExpectNear(*larger, golden.at("image.larger.after"));
}

TEST(ResizePosEmbedTest, KeepsTheRankOfATimmTrunk) {
  const Golden golden;
  TensorView view = golden.at("image.larger.before");
  view.shape.insert(view.shape.begin(), 1);
  const auto resized = ResizePosEmbed(view, {1, 7, 9});
  ASSERT_THAT(resized, IsOk());
  EXPECT_EQ(resized->shape, (std::vector<int64_t>{1, 64, 4}));
}

TEST(ResizePosEmbedTest, ResizesTextAsOpenClip) {
  const Golden golden;
  for (const std::string name : {"text.smaller", "text.larger"}) {
    const TensorView& expected = golden.at(name + ".after");
    const auto resized =
        ResizeTextPosEmbed(golden.at(name + ".before"), expected.shape[0]);
    ASSERT_THAT(resized, IsOk());
    ExpectNear(*resized, expected);
  }
}

TEST(ResizePosEmbedTest, RefusesWhatIsNoGridOrGrowsTooMuch) {
  const Golden golden;
  const TensorView& view = golden.at("image.larger.before");
  EXPECT_THAT(ResizePosEmbed(view, {2, 7, 9}),
              StatusIs(kInvalid, HasSubstr("not a square and 2 more")));
  EXPECT_THAT(ResizePosEmbed(view, {26, 7, 9}), StatusIs(kInvalid));
  EXPECT_THAT(ResizePosEmbed(view, {27, 7, 9}), StatusIs(kInvalid));
  EXPECT_THAT(ResizePosEmbed(view, {1, 4096, 4096}),
              StatusIs(kInvalid, HasSubstr("64 times")));
  EXPECT_THAT(ResizeTextPosEmbed(view, 1 << 20),
              StatusIs(kInvalid, HasSubstr("64 times")));
  TensorView integers = view;
  integers.dtype = TensorDtype::kInt32;
  EXPECT_THAT(ResizePosEmbed(integers, {1, 7, 9}),
              StatusIs(kInvalid, HasSubstr("I32")));
}

// Parameters by name, in modules as deep as the names ask.
struct FakeModel : torch::nn::Module {
  void Add(const std::string& key, std::vector<int64_t> shape) {
    torch::nn::Module* module = this;
    size_t begin = 0;
    for (size_t dot = key.find('.'); dot != std::string::npos;
         dot = key.find('.', begin)) {
      const std::string name = key.substr(begin, dot - begin);
      const auto children = module->named_children();
      module = children.contains(name)
                   ? children[name].get()
                   : module
                         ->register_module(
                             name, std::make_shared<torch::nn::Module>())
                         .get();
      begin = dot + 1;
    }
    module->register_parameter(key.substr(begin), at::empty(shape));
  }
};

TEST(FitStateDictTest, GivesClipsTextTowerThePrefixOfCustomTextClip) {
  const Golden golden;
  const TensorView& view = golden.at("text.larger.before");
  const StateDict source(
      {{"positional_embedding", view}, {"text_projection", view}}, nullptr, "");
  FakeModel custom;
  custom.Add("text.positional_embedding", {12, 4});
  const auto fitted = FitStateDict(source, custom, {});
  ASSERT_THAT(fitted, IsOk());
  EXPECT_EQ(fitted->tensors().count("text.text_projection"), 1U);

  FakeModel clip;
  clip.Add("positional_embedding", {12, 4});
  EXPECT_EQ(FitStateDict(source, clip, {})->tensors().count("text_projection"),
            1U);
}

TEST(FitStateDictTest, DropsPositionIdsThatTheModelLacks) {
  const StateDict source(
      {{"text.transformer.embeddings.position_ids", TensorView()}}, nullptr,
      "");
  EXPECT_TRUE(FitStateDict(source, FakeModel(), {})->tensors().empty());
  FakeModel model;
  model.Add("text.transformer.embeddings.position_ids", {1});
  EXPECT_EQ(FitStateDict(source, model, {})->tensors().size(), 1U);
}

TEST(FitStateDictTest, ResizesThePositionsOfBothTowers) {
  const Golden golden;
  const StateDict source(
      {{"visual.positional_embedding", golden.at("image.larger.before")},
       {"text.positional_embedding", golden.at("text.larger.before")}},
      nullptr, "");
  FakeModel model;
  model.Add("visual.positional_embedding", {64, 4});
  model.Add("visual.conv1.weight", {4, 3, 8, 8});
  model.Add("text.positional_embedding", {20, 4});
  const auto fitted = FitStateDict(source, model, {56, 72});
  ASSERT_THAT(fitted, IsOk());
  ExpectNear(fitted->tensors().at("visual.positional_embedding"),
             golden.at("image.larger.after"));
  ExpectNear(fitted->tensors().at("text.positional_embedding"),
             golden.at("text.larger.after"));
}

TEST(FitStateDictTest, ResizesATimmTrunkWithAndWithoutPrefixTokens) {
  const Golden golden;
  TensorView with = golden.at("image.larger.before");
  with.shape = {1, 26, 4};
  TensorView without = with;
  without.shape = {1, 25, 4};
  without.bytes.remove_suffix(4 * sizeof(float));
  for (const TensorView& view : {with, without}) {
    FakeModel model;
    const int64_t positions = view.shape[1] - 25 + 63;
    model.Add("visual.trunk.pos_embed", {1, positions, 4});
    model.Add("visual.trunk.patch_embed.proj.weight", {4, 3, 8, 8});
    const StateDict source({{"visual.trunk.pos_embed", view}}, nullptr, "");
    const auto fitted = FitStateDict(source, model, {56, 72});
    ASSERT_THAT(fitted, IsOk());
    EXPECT_EQ(fitted->tensors().at("visual.trunk.pos_embed").shape,
              (std::vector<int64_t>{1, positions, 4}));
  }
}

TEST(FitStateDictTest, ResizesATimmTrunkWithAStemOfConvolutions) {
  const Golden golden;
  TensorView view = golden.at("image.larger.before");
  view.shape = {1, 25, 4};
  view.bytes.remove_suffix(4 * sizeof(float));
  const StateDict source({{"visual.trunk.pos_embed", view}}, nullptr, "");
  const auto resized = ResizePosEmbed(view, {0, 8, 8});
  ASSERT_THAT(resized, IsOk());
  FakeModel model;
  model.Add("visual.trunk.pos_embed", {1, 64, 4});
  model.Add("visual.trunk.patch_embed.backbone.0.weight", {4, 3, 3, 3});
  const auto fitted = FitStateDict(source, model, {128, 128});
  ASSERT_THAT(fitted, IsOk());
  ExpectNear(fitted->tensors().at("visual.trunk.pos_embed"), *resized);
  // Nothing says what shape the positions of other pictures have.
  EXPECT_EQ(FitStateDict(source, model, {128, 256})
                ->tensors()
                .at("visual.trunk.pos_embed")
                .shape,
            view.shape);
}

TEST(FitStateDictTest, LeavesAnotherWidthToTheComparison) {
  const Golden golden;
  const StateDict source(
      {{"visual.positional_embedding", golden.at("image.larger.before")}},
      nullptr, "");
  FakeModel model;
  model.Add("visual.positional_embedding", {64, 5});
  model.Add("visual.conv1.weight", {5, 3, 8, 8});
  const auto fitted = FitStateDict(source, model, {56, 72});
  ASSERT_THAT(fitted, IsOk());
  EXPECT_EQ(fitted->tensors().at("visual.positional_embedding").shape,
            (std::vector<int64_t>{26, 4}));
}

TEST(FitStateDictTest, NamesTheKeyThatCannotBeResized) {
  const Golden golden;
  const StateDict source(
      {{"visual.positional_embedding", golden.at("text.larger.before")}},
      nullptr, "");
  FakeModel model;
  model.Add("visual.positional_embedding", {64, 4});
  model.Add("visual.conv1.weight", {4, 3, 8, 8});
  EXPECT_THAT(FitStateDict(source, model, {56, 72}),
              StatusIs(kInvalid, HasSubstr("visual.positional_embedding")));
}

}  // namespace
}  // namespace clip::model
