#ifndef MODEL_TRAIN_CLIP_LOSS_H_
#define MODEL_TRAIN_CLIP_LOSS_H_

#include <ATen/core/TensorBody.h>

#include <vector>

#include "model/contrastive_model.h"
#include "model/train/loss.h"
#include "model/train/process_group.h"

namespace clip::model {

// The switches of open_clip's losses over several processes.
struct GatherOptions {
  // Each process compares its own rows with all others', instead of all rows:
  // less memory and work a process.
  bool local_loss = false;
  // Gradients reach the rows of other processes; with it the result equals one
  // process with the whole batch.
  bool gather_with_grad = false;
  // Borrowed; null for one process.
  ProcessGroup* group = nullptr;
};

// open_clip's ClipLoss: the mean of the cross entropies of images against
// texts and of texts against images. One term, contrastive_loss.
class ClipLoss : public Loss {
 public:
  explicit ClipLoss(const GatherOptions& options) : options_(options) {}

  std::vector<LossTerm> Compute(const LossInputs& inputs) const override;

 protected:
  // Logits of the rows that this process answers for against all rows.
  PairLogits GetLogits(const at::Tensor& image_features,
                       const at::Tensor& text_features,
                       const at::Tensor& logit_scale,
                       const at::Tensor& logit_bias) const;
  at::Tensor ContrastiveTerm(const PairLogits& logits) const;

 private:
  const GatherOptions options_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_CLIP_LOSS_H_
