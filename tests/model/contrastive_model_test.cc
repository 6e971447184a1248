// The methods of CLIP, CustomTextCLIP and CoCa against open_clip's own.
#include "model/contrastive_model.h"

#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "model/checkpoint/load_weights.h"
#include "model/checkpoint/safetensors_reader.h"
#include "model/clip.h"
#include "model/coca.h"
#include "model/config/hub_config.h"
#include "model/create_model.h"
#include "model/generate_captions.h"
#include "tests/model/golden_case.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;
using ::testing::ElementsAreArray;
using Format = TowerIntermediatesOptions::Format;

constexpr double kTolerance = 2e-5;

class ContrastiveModelTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    // The models are tiny: more threads only wait for each other.
    at::set_num_threads(1);
    const auto config =
        ParseHubConfig(golden_.ReadFile("open_clip_config.json"));
    ASSERT_THAT(config, IsOk());
    auto model = CreateModel(config->model, ParameterOptions());
    ASSERT_THAT(model, IsOk());
    model_ = *std::move(model);
    const auto weights = ReadSafetensors(golden_.weights());
    ASSERT_THAT(weights, IsOk());
    ASSERT_THAT(LoadWeights(*weights, *model_), IsOk());
    model_->eval();
  }

  at::Tensor Floats(const std::string& name) const {
    auto values = golden_.Floats(name);
    return at::from_blob(values.data(), golden_.Shape(name)).clone();
  }

  at::Tensor Ids(const std::string& name = "ids") const {
    std::vector<int64_t> values;
    for (const auto& row : golden_.IdRows(name)) {
      values.insert(values.end(), row.begin(), row.end());
    }
    return at::from_blob(values.data(), golden_.Shape(name), at::kLong).clone();
  }

  // CoCa decodes one text a picture.
  at::Tensor PairedIds() const {
    return IsCoCa() ? Ids().narrow(0, 0, golden_.Shape("pixels")[0]) : Ids();
  }

  bool IsCoCa() const { return dynamic_cast<CoCa*>(model_.get()) != nullptr; }

  void ExpectNear(const std::string& name, const at::Tensor& actual,
                  double tolerance = kTolerance) const {
    ASSERT_TRUE(actual.defined()) << name;
    ASSERT_EQ(actual.sizes().vec(), golden_.Shape(name)) << name;
    const at::Tensor values = actual.detach().contiguous();
    const auto* data = values.const_data_ptr<float>();
    EXPECT_LT(
        WorstDifference({data, data + values.numel()}, golden_.Floats(name)),
        tolerance)
        << name;
  }

  void ExpectList(const std::string& name,
                  const std::vector<at::Tensor>& actual) const {
    EXPECT_EQ(golden_.Names(name + ".").size(), actual.size()) << name;
    for (size_t i = 0; i < actual.size(); ++i) {
      ExpectNear(name + "." + std::to_string(i), actual[i]);
    }
  }

  void ExpectVariant(const std::string& variant,
                     const IntermediatesOutput& output) const {
    const std::string prefix = variant + ".";
    ExpectList(prefix + "image_intermediates", output.image_intermediates);
    ExpectList(prefix + "image_intermediates_prefix",
               output.image_intermediates_prefix);
    ExpectList(prefix + "text_intermediates", output.text_intermediates);
    ExpectList(prefix + "text_intermediates_suffix",
               output.text_intermediates_suffix);
    const std::map<std::string, at::Tensor> others = {
        {"image_features", output.image_features},
        {"text_features", output.text_features},
        {"logit_scale", output.logit_scale},
        {"logit_bias", output.logit_bias}};
    for (const auto& [name, tensor] : others) {
      EXPECT_EQ(golden_.Has(prefix + name), tensor.defined()) << name;
      if (tensor.defined()) ExpectNear(prefix + name, tensor);
    }
  }

  // The scalar whose gradients the golden has.
  at::Tensor WeightedSum() {
    const auto output = model_->forward(Floats("pixels"), PairedIds()).AsDict();
    at::Tensor sum = output.at("logit_scale").sum();
    for (const char* name : {"image_features", "text_features", "logits"}) {
      if (output.count(name) == 0) continue;
      sum = sum +
            (Floats(std::string("weights.") + name) * output.at(name)).sum();
    }
    return sum;
  }

  std::set<std::string> TrainingNames(bool image) const {
    std::set<std::string> names;
    for (const auto& item : model_->named_parameters()) {
      const bool is_image = item.key().rfind("visual.", 0) == 0;
      const bool is_logit = item.key().rfind("logit_", 0) == 0;
      if (is_logit || is_image != image) continue;
      if (item.value().requires_grad()) names.insert(item.key());
    }
    return names;
  }

  const GoldenCase golden_{GetParam(), "model_api"};
  std::shared_ptr<ContrastiveModel> model_;
};

TEST_P(ContrastiveModelTest, ForwardGivesWhatOpenClipGives) {
  const ModelOutput output = model_->forward(Floats("pixels"), PairedIds());
  for (const auto& [name, tensor] : output.AsDict()) {
    if (golden_.Has(name)) ExpectNear(name, tensor);
  }
  EXPECT_EQ(output.AsTuple().size(), model_->logit_bias().defined() ? 4U : 3U);
  EXPECT_EQ(output.logits.defined(), IsCoCa());
}

TEST_P(ContrastiveModelTest, ForwardLeavesOutTheSideThatIsNotGiven) {
  const ModelOutput image = model_->forward(Floats("pixels"), at::Tensor());
  ExpectNear("image_features", image.image_features);
  EXPECT_FALSE(image.text_features.defined());
  const ModelOutput text = model_->forward(at::Tensor(), PairedIds());
  ExpectNear("text_features", text.text_features);
  EXPECT_FALSE(text.image_features.defined());
  EXPECT_FALSE(text.logits.defined());
}

TEST_P(ContrastiveModelTest, EncodesAndScoresAsOpenClip) {
  ExpectNear("images", model_->EncodeImage(Floats("pixels"), true));
  ExpectNear("texts", model_->EncodeText(Ids(), true));
  const PairLogits logits = model_->GetLogits(Floats("pixels"), Ids());
  ExpectNear(IsCoCa() ? "pair_logits" : "logits", logits.image_logits, 1e-4);
  EXPECT_TRUE(logits.text_logits.equal(logits.image_logits.t()));
}

TEST_P(ContrastiveModelTest, GivesTheIntermediatesOfEveryBlock) {
  ExpectVariant("all",
                model_->ForwardIntermediates(Floats("pixels"), Ids(), {}));
}

TEST_P(ContrastiveModelTest, GivesTheIntermediatesThatAreAskedFor) {
  if (golden_.Names("last.").empty()) GTEST_SKIP() << "not for this tower";
  ForwardIntermediatesOptions last;
  last.image_indices = IntermediateIndices::Last(1);
  last.text_indices = IntermediateIndices::Last(1);
  last.stop_early = true;
  last.normalize_intermediates = std::string(GetParam()) != "coca";
  last.image_output_format = Format::kNlc;
  last.image_output_extra_tokens = true;
  last.text_output_extra_tokens = true;
  last.output_logit_scale_bias = true;
  ExpectVariant("last",
                model_->ForwardIntermediates(Floats("pixels"), Ids(), last));

  ForwardIntermediatesOptions first;
  first.image_indices = IntermediateIndices::List({0});
  first.text_indices = IntermediateIndices::List({-2});
  first.intermediates_only = true;
  ExpectVariant("first",
                model_->ForwardIntermediates(Floats("pixels"), Ids(), first));

  ForwardIntermediatesOptions raw;
  raw.normalize = false;
  raw.image_indices = IntermediateIndices::List({-1, 0});
  ExpectVariant("raw",
                model_->ForwardIntermediates(Floats("pixels"), Ids(), raw));
}

TEST_P(ContrastiveModelTest, StopsEarlyBehindTheLastBlockThatIsAskedFor) {
  ForwardIntermediatesOptions options;
  options.image_indices = IntermediateIndices::List({0});
  options.text_indices = IntermediateIndices::List({0});
  options.stop_early = true;
  options.intermediates_only = true;
  const auto output =
      model_->ForwardIntermediates(Floats("pixels"), Ids(), options);
  ASSERT_EQ(output.image_intermediates.size(), 1U);
  ExpectNear("all.image_intermediates.0", output.image_intermediates[0]);
  ExpectNear("all.text_intermediates.0", output.text_intermediates[0]);
}

TEST_P(ContrastiveModelTest, RefusesABlockThatIsNotThere) {
  ForwardIntermediatesOptions options;
  options.image_indices = IntermediateIndices::List({-99});
  EXPECT_THROW(model_->ForwardIntermediates(Floats("pixels"), {}, options),
               c10::Error);
}

TEST_P(ContrastiveModelTest, GivesLogitsOfIntermediatesWhereAsked) {
  ForwardIntermediatesOptions options;
  options.output_logits = true;
  const auto output =
      model_->ForwardIntermediates(Floats("pixels"), Ids(), options);
  ExpectNear(IsCoCa() ? "pair_logits" : "logits", output.image_logits, 1e-4);
  EXPECT_THROW(model_->ForwardIntermediates({}, Ids(), options), c10::Error);
}

TEST_P(ContrastiveModelTest, HasTheGradientsOfPyTorch) {
  WeightedSum().backward();
  size_t compared = 0;
  for (const auto& item : model_->named_parameters()) {
    const std::string name = "grad." + item.key();
    if (!golden_.Has(name)) continue;
    ++compared;
    ExpectNear(name, item.value().grad(), 1e-3);
  }
  EXPECT_EQ(compared, golden_.Names("grad.").size());
}

TEST_P(ContrastiveModelTest, GradCheckpointingGivesTheSameGradients) {
  WeightedSum().backward();
  std::map<std::string, at::Tensor> expected;
  for (const auto& item : model_->named_parameters()) {
    if (item.value().grad().defined()) {
      expected[item.key()] = item.value().grad().clone();
    }
  }
  model_->zero_grad();
  model_->SetGradCheckpointing(true);
  WeightedSum().backward();
  for (const auto& item : model_->named_parameters()) {
    if (expected.count(item.key()) == 0) continue;
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_TRUE(item.value().grad().allclose(expected[item.key()]))
        << item.key();
  }
}

TEST_P(ContrastiveModelTest, LocksTheGroupsThatOpenClipLocks) {
  const auto lock = nlohmann::json::parse(golden_.ReadFile("lock.json"));
  for (size_t count = 0; count < lock["image"].size(); ++count) {
    model_->LockImageTower(static_cast<int64_t>(count));
    EXPECT_THAT(
        TrainingNames(/*image=*/true),
        ElementsAreArray(lock["image"][count].get<std::set<std::string>>()))
        << count;
    model_->LockTextTower(static_cast<int64_t>(count));
    EXPECT_THAT(
        TrainingNames(/*image=*/false),
        ElementsAreArray(lock["text"][count].get<std::set<std::string>>()))
        << count;
  }
  EXPECT_TRUE(model_->logit_scale().requires_grad());
  EXPECT_THROW(model_->LockTextTower(0, /*freeze_layer_norm=*/false),
               c10::Error);
}

TEST(LockTextTowerTest, CanLeaveTheLayerNormsOfAHuggingFaceTowerTraining) {
  const auto config = ParseHubConfig(R"({"model_cfg": {
      "embed_dim": 8, "custom_text": true,
      "vision_cfg": {"image_size": 16, "patch_size": 8, "layers": 1,
                     "width": 16, "head_width": 8},
      "text_cfg": {"hf_model_name": "roberta-base",
                   "hf_tokenizer_name": "roberta-base"}}})");
  ASSERT_THAT(config, IsOk());
  // Nothing is allocated there.
  const auto model = CreateModel(config->model, {c10::kMeta});
  ASSERT_THAT(model, IsOk());
  (*model)->LockTextTower(0, /*freeze_layer_norm=*/false);
  const auto parameters = (*model)->named_parameters();
  const std::string output = "text.transformer.encoder.layer.0.output.";
  EXPECT_TRUE(parameters[output + "LayerNorm.weight"].requires_grad());
  EXPECT_FALSE(parameters[output + "dense.weight"].requires_grad());
  (*model)->LockTextTower(0);
  EXPECT_FALSE(parameters[output + "LayerNorm.weight"].requires_grad());
}

TEST_P(ContrastiveModelTest, LockedLayersGetNoGradient) {
  model_->LockImageTower(1);
  WeightedSum().backward();
  for (const auto& item : model_->named_parameters()) {
    if (item.value().requires_grad()) continue;
    EXPECT_FALSE(item.value().grad().defined()) << item.key();
  }
}

TEST_P(ContrastiveModelTest, SparesPositionEmbeddingsFromWeightDecay) {
  std::set<std::string> names;
  for (const auto& item : model_->named_parameters()) names.insert(item.key());
  size_t found = 0;
  for (const std::string& name : model_->NoWeightDecay()) {
    found += names.count(name);
  }
  EXPECT_GE(found, 1U);
}

INSTANTIATE_TEST_SUITE_P(Cases, ContrastiveModelTest,
                         ::testing::Values("clip", "clip_resnet", "custom_text",
                                           "coca", "coca_equal_widths",
                                           "coca_patch_tokens"),
                         [](const auto& info) {
                           return std::string(info.param);
                         });

class LockedResNetTest : public ContrastiveModelTest {};

TEST_P(LockedResNetTest, KeepsTheStatisticsOfFrozenBatchNorms) {
  const auto statistics = [this] {
    std::map<std::string, at::Tensor> values;
    for (const auto& item : model_->named_buffers()) {
      values[item.key()] = item.value().clone();
    }
    return values;
  };
  model_->train();
  model_->LockImageTower(2, /*freeze_bn_stats=*/true);
  const auto before = statistics();
  model_->EncodeImage(Floats("pixels"));
  for (const auto& [name, value] : statistics()) {
    // The last two groups are layer4 and the pooling.
    const bool unlocked = name.rfind("visual.layer4.", 0) == 0;
    EXPECT_EQ(value.equal(before.at(name)), !unlocked) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, LockedResNetTest,
                         ::testing::Values("clip_resnet"));

class GenerateCaptionsTest : public ContrastiveModelTest {
 protected:
  CaptionOptions Options() const {
    CaptionOptions options;
    options.sot_token_id = 38;
    options.eos_token_id = 39;
    options.seq_len = 10;
    options.min_seq_len = 4;
    options.num_beams = 3;
    return options;
  }

  void ExpectCaptions(const std::string& name, const CaptionOptions& options,
                      const at::Tensor& prompts = {}) {
    const at::Tensor captions = GenerateCaptions(
        dynamic_cast<CoCa&>(*model_), Floats("pixels"), prompts, options);
    EXPECT_TRUE(captions.equal(Ids(name))) << name << "\n" << captions;
  }
};

TEST_P(GenerateCaptionsTest, SearchesBeamsAsOpenClip) {
  CaptionOptions options = Options();
  ExpectCaptions("beam", options);
  options.num_beams = 6;
  options.repetition_penalty = 1.5;
  ExpectCaptions("wide", options);
}

TEST_P(GenerateCaptionsTest, TakesTheMostProbableTokenWithOneBeam) {
  CaptionOptions options = Options();
  options.num_beams = 1;
  ExpectCaptions("greedy", options);
}

TEST_P(GenerateCaptionsTest, EndsCaptionsAtTheEndOfText) {
  CaptionOptions options = Options();
  options.eos_token_id = golden_.IdRows("liked").at(0).at(0);
  options.pad_token_id = 3;
  ExpectCaptions("beam_ends", options);
  options.num_beams = 1;
  ExpectCaptions("greedy_ends", options);
}

TEST_P(GenerateCaptionsTest, DrawsTheOnlyTokenThatTopKLeaves) {
  CaptionOptions options = Options();
  options.generation_type = GenerationType::kTopK;
  options.fixed_output_length = true;
  ExpectCaptions("top_k", options);
  options.generation_type = GenerationType::kTopP;
  options.top_p = 1e-6;
  ExpectCaptions("top_k", options);
}

TEST_P(GenerateCaptionsTest, ContinuesAPrompt) {
  const at::Tensor prompts =
      at::from_blob(std::vector<int64_t>{38, 5, 7, 38, 5, 7}.data(), {2, 3},
                    at::kLong)
          .clone();
  ExpectCaptions("prompted", Options(), prompts);
}

TEST_P(GenerateCaptionsTest, GivesTheModeBack) {
  model_->train();
  GenerateCaptions(dynamic_cast<CoCa&>(*model_), Floats("pixels"), {},
                   Options());
  EXPECT_TRUE(model_->is_training());
}

TEST_P(GenerateCaptionsTest, RefusesLengthsThatLeaveNoRoom) {
  CaptionOptions options = Options();
  options.seq_len = options.min_seq_len;
  EXPECT_THROW(GenerateCaptions(dynamic_cast<CoCa&>(*model_), Floats("pixels"),
                                {}, options),
               c10::Error);
}

INSTANTIATE_TEST_SUITE_P(Cases, GenerateCaptionsTest,
                         ::testing::Values("coca", "coca_equal_widths",
                                           "coca_patch_tokens"),
                         [](const auto& info) {
                           return std::string(info.param);
                         });

TEST(ClipTest, HasTheAttributesOfOpenClip) {
  ClipConfig config;
  config.embed_dim = 12;
  config.text.transformer.width = 16;
  config.text.transformer.heads = 2;
  config.text.transformer.layers = 1;
  config.vision.transformer.layers = 1;
  CLIP model(config, ParameterOptions());
  EXPECT_EQ(model.visual().architecture(), "VisionTransformer");
  EXPECT_EQ(model.transformer()->depth(), 1);
  EXPECT_EQ(model.token_embedding()->named_parameters().size(), 1U);
  EXPECT_EQ(model.positional_embedding().size(0), model.context_length());
  EXPECT_EQ(model.ln_final()->named_parameters().size(), 2U);
  EXPECT_EQ(model.text_projection().sizes().vec(),
            (std::vector<int64_t>{16, 12}));
  EXPECT_EQ(model.vocab_size(), 49408);
  EXPECT_NEAR(model.logit_scale().item<double>(), 2.6592600369, 1e-6);
  EXPECT_FALSE(model.logit_bias().defined());
}

}  // namespace
}  // namespace clip::model
