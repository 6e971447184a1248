#include "model/train/sig_lip_loss.h"

#include <ATen/ops/eye.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/matmul.h>

#include "model/train/distributed_features.h"

namespace clip::model {
namespace {

// The loss of the images against the texts of one process. Pairs lie on the
// diagonal, or nowhere where the texts are another process's.
at::Tensor LossOfTexts(const LossInputs& inputs, const at::Tensor& texts,
                       bool negative_only) {
  at::Tensor logits =
      at::matmul(inputs.logit_scale * inputs.image_features, texts.t());
  if (inputs.logit_bias.defined()) logits = logits + inputs.logit_bias;
  const int64_t rows = inputs.image_features.size(0);
  const at::Tensor signed_logits =
      negative_only
          ? -logits
          : (2 * at::eye(rows, inputs.image_features.options()) - 1) * logits;
  return -at::log_sigmoid(signed_logits).sum() / rows;
}

}  // namespace

std::vector<LossTerm> SigLipLoss::Compute(const LossInputs& inputs) const {
  at::Tensor loss =
      LossOfTexts(inputs, inputs.text_features, /*negative_only=*/false);
  const int world = WorldSizeOf(group_);
  const int right = (RankOf(group_) + 1) % world;
  const int left = (RankOf(group_) + world - 1) % world;
  at::Tensor from_left = inputs.text_features;
  at::Tensor from_right = inputs.text_features;
  for (int other = 1; other < world; ++other) {
    // Odd turns move texts to the right, even ones to the left.
    const bool to_right = other % 2 == 1;
    at::Tensor& texts = to_right ? from_left : from_right;
    texts = to_right ? ExchangeFeatures(texts, right, left, *group_)
                     : ExchangeFeatures(texts, left, right, *group_);
    loss = loss + LossOfTexts(inputs, texts, /*negative_only=*/true);
  }
  return {{"contrastive_loss", loss}};
}

}  // namespace clip::model
