#ifndef MODEL_TRAIN_TRAINER_H_
#define MODEL_TRAIN_TRAINER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"
#include "model/contrastive_model.h"
#include "model/train/adamw.h"
#include "model/train/learning_rate.h"
#include "model/train/train_task.h"

namespace clip::model {

struct TrainerOptions {
  TrainTaskOptions task;
  AdamWOptions adamw;
  LearningRateSchedule schedule;
  // Runs the forward pass in bfloat16 where that is safe (open_clip's
  // amp_bf16): quicker, with less memory, and a little less exact.
  bool amp_bf16 = false;
  // Longest gradient over all parameters; a longer one is scaled down to it.
  std::optional<double> grad_clip_norm;
  // Recomputes blocks in the backward pass: less memory, a third more time.
  bool grad_checkpointing = false;
  // open_clip's --lock-image and --lock-text: what is locked does not learn.
  bool lock_image = false;
  int64_t lock_image_unlocked_groups = 0;
  bool lock_image_freeze_bn_stats = false;
  bool lock_text = false;
  int64_t lock_text_unlocked_layers = 0;
  bool lock_text_freeze_layer_norm = true;
  // Of whatever the towers draw at random; each step has its own.
  uint64_t seed = 0;
};

// What a step was like.
struct StepReport {
  // Terms by open_clip's names, and their sum. Over several processes the mean
  // of theirs.
  std::vector<std::pair<std::string, double>> terms;
  double loss = 0.0;
  double learning_rate = 0.0;
  // exp of the parameter, after the step.
  double logit_scale = 0.0;
};

// Trains a model step by step, as open_clip's train_one_epoch does: schedule,
// forward, backward, mean of the gradients over the processes, clipping,
// AdamW, and logit_scale clamped to [0, ln 100].
//
// Not thread-safe. Errors of LibTorch come as CatchTorchErrors makes them.
class Trainer {
 public:
  // Puts the model into training mode and locks what shall be locked. Errors:
  // INVALID_ARGUMENT for a loss or lock that does not fit the model.
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(
      std::shared_ptr<ContrastiveModel> model, const TrainerOptions& options);

  // One step over one batch, or over several that are accumulated. Batches
  // must be alike in shape. Errors: DATA_LOSS where the loss is not finite,
  // UNAVAILABLE where another process is gone; weights and buffers are then
  // those before the step.
  absl::StatusOr<StepReport> Step(const std::vector<Batch>& batches);

  // Steps done so far.
  int64_t steps() const { return adamw_.steps(); }

  ContrastiveModel& model() { return task_->model(); }

  // Weights, buffers and moments by name, on the CPU, and the number of steps:
  // everything that the next step depends on.
  std::vector<std::pair<std::string, at::Tensor>> State() const;
  // Takes that back. Errors: INVALID_ARGUMENT, naming the tensor, where it is
  // not there or does not fit; the trainer is then to be thrown away.
  absl::Status Restore(const StateDict& state);

  // Gives every process of the group the state of rank 0, as DDP does when it
  // is made; collective, and nothing without a group. Batch norms then keep
  // statistics of their own process, of which rank 0's are the ones to save:
  // DDP's broadcasts have the same effect. Errors: INVALID_ARGUMENT where the
  // processes have different models; UNAVAILABLE where one is gone.
  absl::Status TakeStateOfFirst();

 private:
  Trainer(std::unique_ptr<TrainTask> task, const TrainerOptions& options);

  std::vector<LossTerm> Backward(const std::vector<Batch>& batches);
  void ClipGradients();
  StepReport Report(const std::vector<LossTerm>& terms, double rate);

  const TrainerOptions options_;
  const std::unique_ptr<TrainTask> task_;
  mutable AdamW adamw_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_TRAINER_H_
