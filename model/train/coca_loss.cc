#include "model/train/coca_loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>

namespace clip::model {

std::vector<LossTerm> CoCaLoss::Compute(const LossInputs& inputs) const {
  // CLIP's padding; open_clip uses it for every tokenizer.
  constexpr int64_t kPadId = 0;
  const at::Tensor contrastive = ContrastiveTerm(
      GetLogits(inputs.image_features, inputs.text_features, inputs.logit_scale,
                /*logit_bias=*/at::Tensor()));
  const at::Tensor caption =
      at::cross_entropy_loss(inputs.logits.permute({0, 2, 1}), inputs.labels,
                             /*weight=*/{}, at::Reduction::Mean, kPadId);
  return {{"contrastive_loss", weights_.contrastive * contrastive},
          {"caption_loss", weights_.caption * caption}};
}

}  // namespace clip::model
