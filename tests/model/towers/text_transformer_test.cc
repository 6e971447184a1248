#include "model/towers/text_transformer.h"

#include <ATen/Parallel.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/checkpoint/load_weights.h"
#include "model/checkpoint/safetensors_reader.h"
#include "tests/model/golden_case.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;

// The goldens' text tower with a class token; see tools/goldens/models.py.
TextConfig ClassTokenConfig() {
  TextConfig config;
  config.context_length = 20;
  config.vocab_size = 40;
  config.transformer.width = 16;
  config.transformer.heads = 2;
  config.transformer.layers = 2;
  config.transformer.mlp_width = 64;
  config.embed_cls = true;
  config.pad_id = 0;
  return config;
}

at::Tensor ToTensor(const std::vector<std::vector<int32_t>>& rows) {
  const auto n = static_cast<int64_t>(rows.size());
  const auto length = static_cast<int64_t>(rows[0].size());
  at::Tensor ids = at::zeros({n, length}, at::kLong);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < length; ++j) ids[i][j] = rows[i][j];
  }
  return ids;
}

void ExpectMatchesGolden(const std::string& name, const TextConfig& config) {
  at::set_num_threads(1);
  const GoldenCase golden(name);
  const auto weights = ReadSafetensors(golden.weights());
  ASSERT_THAT(weights, IsOk());
  TextTransformer tower(config, /*embed_dim=*/12, ParameterOptions());
  ASSERT_THAT(LoadWeights(*weights, tower), IsOk());
  const at::Tensor texts =
      tower.forward(ToTensor(golden.IdRows("ids"))).contiguous();
  const float* values = texts.const_data_ptr<float>();
  EXPECT_LT(
      WorstDifference({values, values + texts.numel()}, golden.Floats("texts")),
      1e-5);
}

TextConfig PackableConfig(TextPool pool) {
  TextConfig config = ClassTokenConfig();
  config.embed_cls = false;
  config.pool = pool;
  config.eos_id = 7;
  return config;
}

// Texts of every kind: one token, no end, an end that comes twice, all tokens,
// the same beginning, twice the same; together more than are packed without
// filling up.
at::Tensor TextsOfManyLengths() {
  constexpr int64_t kTexts = 24;
  constexpr int32_t kEnd = 7;
  at::Tensor ids = at::randint(8, 40, {kTexts, 20}, at::kLong);
  for (int64_t i = 0; i + 1 < kTexts; ++i) ids[i][i % 20].fill_(kEnd);
  ids[3][9].fill_(kEnd);
  ids[5].narrow(0, 0, 4).copy_(ids[9].narrow(0, 0, 4));
  ids[6].copy_(ids[10]);
  return ids;
}

// Gradients are recorded without packing.
TEST(TextTransformerTest, PackedTextsGiveTheEmbeddingsOfPaddedOnes) {
  for (const TextPool pool : {TextPool::kArgmax, TextPool::kEos}) {
    TextTransformer tower(PackableConfig(pool), /*embed_dim=*/12,
                          ParameterOptions());
    {
      const at::NoGradGuard no_grad;
      for (auto& parameter : tower.parameters()) {
        parameter.copy_(at::randn(parameter.sizes()));
      }
    }
    const at::Tensor ids = TextsOfManyLengths();
    const at::Tensor padded = tower.forward(ids).detach();
    const at::NoGradGuard no_grad;
    const at::Tensor packed = tower.forward(ids);
    EXPECT_LT((packed - padded).abs().max().item<float>(),
              1e-4 * padded.abs().max().item<float>());
    // What stands behind the pooled token does not count.
    at::Tensor others = ids.clone();
    if (pool == TextPool::kEos) others[0].narrow(0, 1, 19).fill_(11);
    EXPECT_LT((tower.forward(others) - packed).abs().max().item<float>(), 1e-4);
  }
}

TEST(TextTransformerTest, PoolsAClassTokenBehindACausalText) {
  ExpectMatchesGolden("text_class_token", ClassTokenConfig());
}

TEST(TextTransformerTest, PoolsAClassTokenBehindABidirectionalText) {
  TextConfig config = ClassTokenConfig();
  config.no_causal_mask = true;
  ExpectMatchesGolden("text_class_token_bidirectional", config);
}

}  // namespace
}  // namespace clip::model
