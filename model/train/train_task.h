#ifndef MODEL_TRAIN_TRAIN_TASK_H_
#define MODEL_TRAIN_TRAIN_TASK_H_

#include <ATen/core/TensorBody.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "model/contrastive_model.h"
#include "model/train/coca_loss.h"
#include "model/train/loss.h"

namespace clip::model {

// Pairs as the model reads them, on its device.
struct Batch {
  // [N, 3, H, W] float32
  at::Tensor pixels;
  // [N, L] int64
  at::Tensor ids;
};

struct TrainTaskOptions {
  // "clip", "siglip", "coca" or "distill".
  std::string loss = "clip";
  CoCaLoss::Weights coca;
  GatherOptions gather;
  // Of "distill": kept in eval mode, without gradients.
  std::shared_ptr<ContrastiveModel> teacher;
};

// open_clip's training task: a model, what it is compared with and the loss.
// Throws as LibTorch does. Not thread-safe.
class TrainTask {
 public:
  // Errors: INVALID_ARGUMENT for an unknown loss and for one that does not fit
  // the model: coca needs a CoCa, distill a teacher of the same batch and no
  // logit_bias.
  static absl::StatusOr<std::unique_ptr<TrainTask>> Create(
      std::shared_ptr<ContrastiveModel> model, const TrainTaskOptions& options);

  ContrastiveModel& model() { return *model_; }

  // The terms of one batch.
  std::vector<LossTerm> Compute(const Batch& batch);

  // open_clip's accumulation: features of all batches, without gradients...
  std::vector<LossInputs> CacheFeatures(const std::vector<Batch>& batches);
  // ...and then the terms of all of them, with gradients through batch
  // `index`.
  std::vector<LossTerm> ComputeAccumulated(
      const Batch& batch, size_t index, const std::vector<LossInputs>& cached);

 private:
  TrainTask(std::shared_ptr<ContrastiveModel> model, std::unique_ptr<Loss> loss,
            TrainTaskOptions options)
      : model_(std::move(model)),
        loss_(std::move(loss)),
        options_(std::move(options)) {}

  LossInputs Forward(const Batch& batch);

  const std::shared_ptr<ContrastiveModel> model_;
  const std::unique_ptr<Loss> loss_;
  const TrainTaskOptions options_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_TRAIN_TASK_H_
