#ifndef MODEL_TRAIN_COCA_LOSS_H_
#define MODEL_TRAIN_COCA_LOSS_H_

#include <vector>

#include "model/train/clip_loss.h"

namespace clip::model {

// open_clip's CoCaLoss: ClipLoss without a bias, and the cross entropy of each
// next token of the caption, padding left out. Two terms, contrastive_loss and
// caption_loss, both with their weights.
class CoCaLoss : public ClipLoss {
 public:
  struct Weights {
    double caption = 2.0;
    double contrastive = 1.0;
  };

  CoCaLoss(const GatherOptions& options, const Weights& weights)
      : ClipLoss(options), weights_(weights) {}

  std::vector<LossTerm> Compute(const LossInputs& inputs) const override;

 private:
  const Weights weights_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_COCA_LOSS_H_
