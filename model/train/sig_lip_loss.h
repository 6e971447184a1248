#ifndef MODEL_TRAIN_SIG_LIP_LOSS_H_
#define MODEL_TRAIN_SIG_LIP_LOSS_H_

#include <vector>

#include "model/train/loss.h"
#include "model/train/process_group.h"

namespace clip::model {

// open_clip's SigLipLoss: each pair of an image and a text is judged on its
// own by a sigmoid of its logit. Over several processes the texts travel
// around the ring in both directions (open_clip's "bidir"), so that no process
// ever holds all of them. One term, contrastive_loss.
class SigLipLoss : public Loss {
 public:
  // Borrows the group; null for one process.
  explicit SigLipLoss(ProcessGroup* group) : group_(group) {}

  std::vector<LossTerm> Compute(const LossInputs& inputs) const override;

 private:
  ProcessGroup* const group_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_SIG_LIP_LOSS_H_
