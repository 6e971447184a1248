#include "model/checkpoint/load_pretrained.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kConfig[] = "open_clip_config.json";

fs::path Golden(const std::string& name) {
  return fs::path(CLIP_SOURCE_DIR) / "tests/golden" / name;
}

class LoadPretrainedTest : public ::testing::Test {
 protected:
  void Copy(const fs::path& from, const std::string& name) const {
    fs::copy_file(from, folder_ / name);
  }

  const clip::testing::TempFolder temporary_;
  const fs::path folder_ = temporary_.path();
};

TEST_F(LoadPretrainedTest, LoadsAFolderWithPickledWeights) {
  Copy(Golden("model/vit") / kConfig, kConfig);
  Copy(Golden("checkpoint/training.pt"), "open_clip_pytorch_model.bin");
  const auto model = LoadPretrained(folder_, {});
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(fs::path(model->weights_path).filename(),
            "open_clip_pytorch_model.bin");
  // Without the prefix of data-parallel training, and without what OpenAI's
  // archives have beside their weights.
  EXPECT_EQ(model->state_dict.tensors().count("first.weight"), 1U);
  EXPECT_EQ(model->state_dict.tensors().count("context_length"), 0U);
}

TEST_F(LoadPretrainedTest, TakesTheMovingAverageWhereAskedFor) {
  Copy(Golden("model/vit") / kConfig, kConfig);
  Copy(Golden("checkpoint/training.pt"), "open_clip_pytorch_model.bin");
  LoadPretrainedOptions options;
  options.use_ema = true;
  const auto ema = LoadPretrained(folder_, options);
  const auto plain = LoadPretrained(folder_, {});
  ASSERT_THAT(ema, IsOk());
  ASSERT_THAT(plain, IsOk());
  EXPECT_NE(ema->state_dict.tensors().at("scale").bytes,
            plain->state_dict.tensors().at("scale").bytes);
}

TEST_F(LoadPretrainedTest, LoadsAFileWithAConfigBesideIt) {
  Copy(Golden("model/vit") / kConfig, kConfig);
  Copy(Golden("checkpoint/training.pt"), "epoch_3.pt");
  Copy(Golden("model/vit/open_clip_model.safetensors"),
       "open_clip_model.safetensors");
  const auto model = LoadPretrained(folder_ / "epoch_3.pt", {});
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->state_dict.tensors().count("first.weight"), 1U);
}

TEST_F(LoadPretrainedTest, SaysThatWeightsAloneAreNotEnough) {
  Copy(Golden("model/vit/open_clip_model.safetensors"), "vit.safetensors");
  EXPECT_THAT(LoadPretrained(folder_ / "vit.safetensors", {}),
              StatusIs(kInvalid, AllOf(HasSubstr("vit.safetensors"),
                                       HasSubstr(kConfig))));
}

TEST_F(LoadPretrainedTest, TellsTheConfigOfATorchScriptArchive) {
  Copy(Golden("checkpoint/torch_script.pt"), "RN50.pt");
  EXPECT_THAT(LoadPretrained(folder_ / "RN50.pt", {}),
              StatusIs(kInvalid, AllOf(HasSubstr("RN50.pt"),
                                       HasSubstr("no CLIP of OpenAI's"))));
}

TEST_F(LoadPretrainedTest, NamesTheWayOutOfTheOldFormat) {
  Copy(Golden("model/vit") / kConfig, kConfig);
  Copy(Golden("checkpoint/legacy.pt"), "open_clip_pytorch_model.bin");
  EXPECT_THAT(LoadPretrained(folder_, {}),
              StatusIs(kInvalid, AllOf(HasSubstr("open_clip_pytorch_model.bin"),
                                       HasSubstr("before PyTorch 1.6"))));
}

TEST_F(LoadPretrainedTest, OverridesTheImageSize) {
  Copy(Golden("model/vit") / kConfig, kConfig);
  Copy(Golden("model/vit/open_clip_model.safetensors"),
       "open_clip_model.safetensors");
  LoadPretrainedOptions options;
  options.image_size = 48;
  const auto model = LoadPretrained(folder_, options);
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->config.model.vision.image_width, 48);
  EXPECT_EQ(model->config.preprocess.image_height, 48);
  options.image_size = 100000;
  EXPECT_THAT(LoadPretrained(folder_, options),
              StatusIs(kInvalid, HasSubstr("image_size")));
}

TEST_F(LoadPretrainedTest, SaysThatNothingIsThere) {
  EXPECT_THAT(LoadPretrained(folder_ / "missing", {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("missing")));
}

}  // namespace
}  // namespace clip::model
