#include "model/train/distill_clip_loss.h"

#include <ATen/ops/log_softmax.h>
#include <ATen/ops/softmax.h>

namespace clip::model {
namespace {

at::Tensor DistillTerm(const at::Tensor& teacher, const at::Tensor& student) {
  return -(at::softmax(teacher, 1) * at::log_softmax(student, 1))
              .sum(1)
              .mean(0);
}

}  // namespace

std::vector<LossTerm> DistillClipLoss::Compute(const LossInputs& inputs) const {
  const at::Tensor no_bias;
  const PairLogits student = GetLogits(
      inputs.image_features, inputs.text_features, inputs.logit_scale, no_bias);
  const PairLogits teacher =
      GetLogits(inputs.dist_image_features, inputs.dist_text_features,
                inputs.dist_logit_scale, no_bias);
  const at::Tensor distill =
      (DistillTerm(teacher.image_logits, student.image_logits) +
       DistillTerm(teacher.text_logits, student.text_logits)) /
      2;
  return {{"contrastive_loss", ContrastiveTerm(student)},
          {"distill_loss", distill}};
}

}  // namespace clip::model
