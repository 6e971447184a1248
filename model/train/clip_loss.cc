#include "model/train/clip_loss.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/matmul.h>

#include "model/train/distributed_features.h"

namespace clip::model {
namespace {

PairLogits AddBias(PairLogits logits, const at::Tensor& bias) {
  if (!bias.defined()) return logits;
  return {logits.image_logits + bias, logits.text_logits + bias};
}

}  // namespace

PairLogits ClipLoss::GetLogits(const at::Tensor& image_features,
                               const at::Tensor& text_features,
                               const at::Tensor& logit_scale,
                               const at::Tensor& logit_bias) const {
  const auto multiply = [&](const at::Tensor& rows, const at::Tensor& columns) {
    return at::matmul(logit_scale * rows, columns.t());
  };
  if (WorldSizeOf(options_.group) == 1) {
    return AddBias({multiply(image_features, text_features),
                    multiply(text_features, image_features)},
                   logit_bias);
  }
  const auto gather = [&](const at::Tensor& features) {
    return GatherFeatures(features, options_.gather_with_grad,
                          !options_.local_loss, *options_.group);
  };
  const at::Tensor all_images = gather(image_features);
  const at::Tensor all_texts = gather(text_features);
  if (options_.local_loss) {
    return AddBias({multiply(image_features, all_texts),
                    multiply(text_features, all_images)},
                   logit_bias);
  }
  const at::Tensor logits = multiply(all_images, all_texts);
  return AddBias({logits, logits.t()}, logit_bias);
}

at::Tensor ClipLoss::ContrastiveTerm(const PairLogits& logits) const {
  const int64_t rows = logits.image_logits.size(0);
  at::Tensor labels =
      at::arange(rows, logits.image_logits.options().dtype(at::kLong));
  if (options_.local_loss) labels = labels + rows * RankOf(options_.group);
  return (at::cross_entropy_loss(logits.image_logits, labels) +
          at::cross_entropy_loss(logits.text_logits, labels)) /
         2;
}

std::vector<LossTerm> ClipLoss::Compute(const LossInputs& inputs) const {
  const PairLogits logits =
      GetLogits(inputs.image_features, inputs.text_features, inputs.logit_scale,
                inputs.logit_bias);
  return {{"contrastive_loss", ContrastiveTerm(logits)}};
}

}  // namespace clip::model
