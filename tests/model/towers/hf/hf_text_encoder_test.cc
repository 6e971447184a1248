#include "model/towers/hf/hf_text_encoder.h"

#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <c10/core/GradMode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "model/config/hf_models.h"
#include "model/layers/inference_layer.h"
#include "model/towers/hf/create_hf_transformer.h"
#include "tests/model/golden_tensors.h"
#include "tests/model/hashed_values.h"

namespace clip::model {
namespace {

using ::testing::UnorderedElementsAre;

constexpr int kEmbedDim = 6;
constexpr double kTolerance = 2e-5;

// The tiny models of tools/goldens/hf_text.py.
HfModelConfig Tiny(HfArchitecture architecture) {
  HfModelConfig model;
  model.architecture = architecture;
  model.vocab_size = 40;
  model.hidden_size = 8;
  model.num_hidden_layers = 2;
  model.num_attention_heads = 2;
  model.intermediate_size = 12;
  model.max_position_embeddings = 16;
  return model;
}

HfModelConfig Roberta() {
  HfModelConfig model = Tiny(HfArchitecture::kRoberta);
  model.max_position_embeddings = 20;
  model.type_vocab_size = 1;
  model.layer_norm_eps = 1e-5;
  model.pad_token_id = 1;
  return model;
}

HfModelConfig Bert() { return Tiny(HfArchitecture::kBert); }

HfModelConfig Mt5() {
  HfModelConfig model = Tiny(HfArchitecture::kMt5);
  model.d_kv = 6;
  model.layer_norm_eps = 1e-6;
  return model;
}

HfModelConfig M2m100() {
  HfModelConfig model = Tiny(HfArchitecture::kM2m100);
  model.pad_token_id = 1;
  model.layer_norm_eps = 1e-5;
  return model;
}

HfModelConfig ModernBert() {
  HfModelConfig model = Tiny(HfArchitecture::kModernBert);
  model.num_hidden_layers = 4;
  model.local_attention = 4;
  model.pad_token_id = 3;
  model.layer_norm_eps = 1e-5;
  return model;
}

TextConfig Config(HfPooler pooler, HfProjection projection) {
  TextConfig config;
  config.architecture = TextArchitecture::kHuggingFace;
  config.context_length = 12;
  config.hf.pooler = pooler;
  config.hf.projection = projection;
  return config;
}

std::shared_ptr<HFTextEncoder> MakeTower(const HfModelConfig& model,
                                         HfPooler pooler,
                                         HfProjection projection) {
  at::set_num_threads(1);
  auto tower = std::make_shared<HFTextEncoder>(
      model, Config(pooler, projection), kEmbedDim, ParameterOptions());
  FillWithHashedValues(*tower);
  tower->eval();
  return tower;
}

void ExpectGradients(const at::Tensor& actual, const at::Tensor& expected) {
  ASSERT_EQ(actual.sizes(), expected.sizes());
  const at::Tensor difference = (actual - expected.to(at::kDouble)).abs();
  const at::Tensor scale = expected.select(1, 1).unsqueeze(1) + 1e-3;
  EXPECT_LT((difference / scale).max().item<double>(), 2e-4);
}

void ExpectIntermediates(HFTextEncoder& tower, const GoldenTensors& golden) {
  const at::NoGradGuard no_grad;
  const TowerIntermediates output =
      tower.ForwardIntermediates(golden.Get("ids"), {});
  for (size_t i = 0; i < output.intermediates.size(); ++i) {
    EXPECT_LT(WorstTensorDifference(output.intermediates[i],
                                    golden.Get("layers." + std::to_string(i))),
              kTolerance)
        << i;
  }
  EXPECT_LT(WorstTensorDifference(output.features, golden.Get("features")),
            kTolerance);
}

void ExpectMatchesGolden(const std::string& name, const HfModelConfig& model,
                         HfPooler pooler, HfProjection projection) {
  const GoldenTensors golden("hf_text/" + name);
  const auto tower = MakeTower(model, pooler, projection);
  const at::Tensor ids = golden.Get("ids");
  for (const bool grad_checkpointing : {false, true}) {
    SCOPED_TRACE(grad_checkpointing ? "with checkpointing" : "plain");
    tower->SetGradCheckpointing(grad_checkpointing);
    tower->zero_grad();
    const at::Tensor features = tower->forward(ids);
    EXPECT_LT(WorstTensorDifference(features, golden.Get("features")),
              kTolerance);
    HashedLoss(features).backward();
    ExpectGradients(GradientSummary(*tower), golden.Get("gradients"));
  }
  EXPECT_LT(WorstTensorDifference(tower->ForwardWithTokens(ids).tokens,
                                  golden.Get("tokens")),
            kTolerance);
  ExpectIntermediates(*tower, golden);
  PrepareForInference(*tower, InferenceOptions());
  const at::NoGradGuard no_grad;
  EXPECT_LT(WorstTensorDifference(tower->forward(ids), golden.Get("features")),
            kTolerance);
}

TEST(HFTextEncoderTest, GivesRobertasMean) {
  ExpectMatchesGolden("roberta_mean", Roberta(), HfPooler::kMean,
                      HfProjection::kMlp);
}

TEST(HFTextEncoderTest, GivesRobertasPoolerOutput) {
  ExpectMatchesGolden("roberta_cls", Roberta(), HfPooler::kCls,
                      HfProjection::kLinear);
}

TEST(HFTextEncoderTest, GivesBertsFirstToken) {
  ExpectMatchesGolden("bert_cls_last_hidden_state", Bert(),
                      HfPooler::kClsLastHiddenState, HfProjection::kMlp);
}

TEST(HFTextEncoderTest, GivesBertsMaximum) {
  ExpectMatchesGolden("bert_max", Bert(), HfPooler::kMax,
                      HfProjection::kLinear);
}

TEST(HFTextEncoderTest, GivesMt5sMean) {
  ExpectMatchesGolden("mt5_mean", Mt5(), HfPooler::kMean, HfProjection::kMlp);
}

TEST(HFTextEncoderTest, GivesM2m100sFirstToken) {
  ExpectMatchesGolden("m2m_100_cls", M2m100(), HfPooler::kCls,
                      HfProjection::kLinear);
}

TEST(HFTextEncoderTest, GivesModernBertsMean) {
  ExpectMatchesGolden("modernbert_mean", ModernBert(), HfPooler::kMean,
                      HfProjection::kLinear);
}

TEST(HFTextEncoderTest, DoesNotDependOnPaddingBehindATextNorOnItsCompany) {
  const at::NoGradGuard no_grad;
  for (const HfModelConfig& model :
       {Roberta(), Bert(), Mt5(), M2m100(), ModernBert()}) {
    const auto tower = MakeTower(model, HfPooler::kMean, HfProjection::kLinear);
    at::Tensor rows = at::full({2, 12}, model.pad_token_id, at::kLong);
    rows[0].narrow(0, 0, 5).copy_(at::arange(10, 15));
    rows[1].copy_(at::arange(20, 32));
    const at::Tensor alone = rows.narrow(0, 0, 1).narrow(1, 0, 5);
    EXPECT_LT(WorstTensorDifference(tower->forward(rows).narrow(0, 0, 1),
                                    tower->forward(alone)),
              1e-5)
        << tower->architecture();
  }
}

TEST(HFTextEncoderTest, PoolsARowOfPaddingToZeros) {
  const at::NoGradGuard no_grad;
  const at::Tensor rows = at::full({1, 12}, 1, at::kLong);
  for (const HfPooler pooler : {HfPooler::kMean, HfPooler::kMax}) {
    const auto tower = MakeTower(Roberta(), pooler, HfProjection::kLinear);
    EXPECT_EQ(tower->forward(rows).abs().max().item<float>(), 0.0F);
  }
}

TEST(HFTextEncoderTest, StopsBehindTheLastLayerThatIsWanted) {
  const at::NoGradGuard no_grad;
  const auto tower =
      MakeTower(ModernBert(), HfPooler::kMean, HfProjection::kLinear);
  const at::Tensor rows = at::arange(10, 22).unsqueeze(0);
  TowerIntermediatesOptions options;
  options.indices = IntermediateIndices::List({1, -3});
  options.stop_early = true;
  options.normalize_intermediates = true;
  const TowerIntermediates output = tower->ForwardIntermediates(rows, options);
  ASSERT_EQ(output.intermediates.size(), 1);
  const at::Tensor mean = output.intermediates[0].mean(1);
  EXPECT_LT(WorstTensorDifference(
                output.features,
                mean.matmul(tower->named_parameters()["proj.weight"].t())),
            1e-5);
}

TEST(HFTextEncoderTest, FreezesTheFinalNormWithTheLastLayer) {
  const auto tower = MakeTower(Mt5(), HfPooler::kMean, HfProjection::kLinear);
  const std::vector<LayerGroup> groups = tower->LayerGroups();
  ASSERT_EQ(groups.size(), 4);
  EXPECT_EQ(groups[0].name, "embeddings");
  EXPECT_EQ(groups[3].name, "proj");
  const auto parameters = tower->named_parameters();
  LockLayerGroups(*tower, groups, 1, false);
  EXPECT_TRUE(parameters["proj.weight"].requires_grad());
  EXPECT_FALSE(
      parameters["transformer.final_layer_norm.weight"].requires_grad());
  LockLayerGroups(*tower, groups, 2, false);
  EXPECT_TRUE(
      parameters["transformer.final_layer_norm.weight"].requires_grad());
  EXPECT_TRUE(parameters["transformer.block.1.layer.0.SelfAttention.q.weight"]
                  .requires_grad());
  EXPECT_FALSE(parameters["transformer.block.0.layer.0.SelfAttention.q.weight"]
                   .requires_grad());
}

TEST(HFTextEncoderTest, TrainsThePoolingLayerWithTheProjection) {
  const auto tower =
      MakeTower(Roberta(), HfPooler::kCls, HfProjection::kLinear);
  LockLayerGroups(*tower, tower->LayerGroups(), 1, false);
  const auto parameters = tower->named_parameters();
  EXPECT_TRUE(parameters["transformer.pooler.dense.weight"].requires_grad());
  EXPECT_TRUE(parameters["proj.weight"].requires_grad());
  EXPECT_FALSE(parameters["transformer.encoder.layer.1.output.LayerNorm.weight"]
                   .requires_grad());
}

TEST(HFTextEncoderTest, CanLeaveLayerNormsTraining) {
  const auto tower =
      MakeTower(Roberta(), HfPooler::kMean, HfProjection::kLinear);
  LockLayerGroups(*tower, tower->LayerGroups(), 0, false, "LayerNorm");
  const auto parameters = tower->named_parameters();
  EXPECT_TRUE(parameters["transformer.encoder.layer.1.output.LayerNorm.weight"]
                  .requires_grad());
  EXPECT_FALSE(parameters["transformer.encoder.layer.1.output.dense.weight"]
                   .requires_grad());
  EXPECT_FALSE(parameters["proj.weight"].requires_grad());
}

TEST(HFTextEncoderTest, SparesTablesOfPositionsFromWeightDecay) {
  EXPECT_THAT(MakeTower(Roberta(), HfPooler::kMean, HfProjection::kLinear)
                  ->NoWeightDecay(),
              UnorderedElementsAre(
                  "transformer.embeddings.position_embeddings.weight",
                  "transformer.embeddings.token_type_embeddings.weight"));
  EXPECT_THAT(
      MakeTower(Mt5(), HfPooler::kMean, HfProjection::kLinear)->NoWeightDecay(),
      UnorderedElementsAre("transformer.block.0.layer.0.SelfAttention."
                           "relative_attention_bias.weight"));
}

TEST(HFTextEncoderTest, RefusesWhatItCannotBe) {
  const ParameterOptions meta = {c10::kMeta};
  TextConfig config = Config(HfPooler::kMean, HfProjection::kNone);
  config.hf.model_name = "somebody/something";
  EXPECT_THROW(HFTextEncoder(config, 512, meta), c10::Error);
  config.hf.model_name = "roberta-base";
  EXPECT_THROW(HFTextEncoder(config, 512, meta), c10::Error);
  EXPECT_NO_THROW(HFTextEncoder(config, 768, meta));
  config.context_length = 513;
  EXPECT_THROW(HFTextEncoder(config, 768, meta), c10::Error);
}

TEST(HfModelsTest, HaveTransformersKeysAndShapes) {
  size_t checked = 0;
  for (const auto& [name, digest] : ReadGoldenLines("hf_text/keys.txt")) {
    const auto model = FindHfModel(name);
    ASSERT_TRUE(model.has_value()) << name;
    ++checked;
    EXPECT_EQ(KeyDigest(*CreateHfTransformer(*model, /*add_pooling_layer=*/true,
                                             {c10::kMeta})),
              digest)
        << name;
  }
  EXPECT_EQ(checked, HfModelNames().size());
}

}  // namespace
}  // namespace clip::model
