#ifndef MODEL_TRAIN_DISTILL_CLIP_LOSS_H_
#define MODEL_TRAIN_DISTILL_CLIP_LOSS_H_

#include <vector>

#include "model/train/clip_loss.h"

namespace clip::model {

// open_clip's DistillClipLoss: ClipLoss without a bias, and the cross entropy
// of the student's probabilities under the teacher's, both ways. Two terms,
// contrastive_loss and distill_loss.
class DistillClipLoss : public ClipLoss {
 public:
  using ClipLoss::ClipLoss;

  std::vector<LossTerm> Compute(const LossInputs& inputs) const override;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_DISTILL_CLIP_LOSS_H_
