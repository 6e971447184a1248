#include "model/train/train_task.h"

#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/coca.h"
#include "model/train/clip_loss.h"
#include "model/train/distill_clip_loss.h"
#include "model/train/sig_lip_loss.h"

namespace clip::model {
namespace {

absl::Status CheckFit(const ContrastiveModel& model,
                      const TrainTaskOptions& options) {
  const bool coca = dynamic_cast<const CoCa*>(&model) != nullptr;
  if (options.loss == "coca" && !coca) {
    return absl::InvalidArgumentError("the coca loss needs a CoCa model");
  }
  if (options.loss != "distill") return absl::OkStatus();
  if (options.teacher == nullptr) {
    return absl::InvalidArgumentError("the distill loss needs a teacher");
  }
  if (model.logit_bias().defined()) {
    return absl::InvalidArgumentError(
        "the distill loss has no place for the model's logit_bias");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Loss>> MakeLoss(
    const TrainTaskOptions& options) {
  std::unique_ptr<Loss> loss;
  if (options.loss == "clip") {
    loss = std::make_unique<ClipLoss>(options.gather);
  } else if (options.loss == "siglip") {
    loss = std::make_unique<SigLipLoss>(options.gather.group);
  } else if (options.loss == "coca") {
    loss = std::make_unique<CoCaLoss>(options.gather, options.coca);
  } else if (options.loss == "distill") {
    loss = std::make_unique<DistillClipLoss>(options.gather);
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        "loss must be clip, siglip, coca or distill, not ", options.loss));
  }
  return loss;
}

at::Tensor Join(const std::vector<LossInputs>& cached, size_t index,
                const LossInputs& own, at::Tensor LossInputs::*field) {
  if (!(own.*field).defined()) return at::Tensor();
  std::vector<at::Tensor> parts;
  for (size_t i = 0; i < cached.size(); ++i) {
    parts.push_back(i == index ? own.*field : cached[i].*field);
  }
  return at::cat(parts);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TrainTask>> TrainTask::Create(
    std::shared_ptr<ContrastiveModel> model, const TrainTaskOptions& options) {
  CLIP_ASSIGN_OR_RETURN(std::unique_ptr<Loss> loss, MakeLoss(options));
  CLIP_RETURN_IF_ERROR(CheckFit(*model, options));
  if (options.teacher != nullptr) options.teacher->eval();
  // The constructor is private, which make_unique cannot reach.
  return std::unique_ptr<TrainTask>(
      new TrainTask(std::move(model), std::move(loss), options));
}

LossInputs TrainTask::Forward(const Batch& batch) {
  const ModelOutput output = model_->forward(batch.pixels, batch.ids);
  LossInputs inputs;
  inputs.image_features = output.image_features;
  inputs.text_features = output.text_features;
  inputs.logit_scale = output.logit_scale;
  inputs.logit_bias = output.logit_bias;
  if (options_.loss == "coca") {
    const int64_t last = batch.ids.size(1) - 1;
    inputs.logits = output.logits.narrow(1, 0, last);
    inputs.labels = batch.ids.narrow(1, 1, last);
  }
  if (options_.teacher == nullptr) return inputs;
  const c10::NoGradGuard no_grad;
  const ModelOutput teacher =
      options_.teacher->forward(batch.pixels, batch.ids);
  inputs.dist_image_features = teacher.image_features;
  inputs.dist_text_features = teacher.text_features;
  inputs.dist_logit_scale = teacher.logit_scale;
  return inputs;
}

std::vector<LossTerm> TrainTask::Compute(const Batch& batch) {
  return loss_->Compute(Forward(batch));
}

std::vector<LossInputs> TrainTask::CacheFeatures(
    const std::vector<Batch>& batches) {
  const c10::NoGradGuard no_grad;
  std::vector<LossInputs> cached;
  for (const Batch& batch : batches) cached.push_back(Forward(batch));
  return cached;
}

std::vector<LossTerm> TrainTask::ComputeAccumulated(
    const Batch& batch, size_t index, const std::vector<LossInputs>& cached) {
  const LossInputs own = Forward(batch);
  LossInputs all = own;
  for (at::Tensor LossInputs::*field :
       {&LossInputs::image_features, &LossInputs::text_features,
        &LossInputs::logits, &LossInputs::labels,
        &LossInputs::dist_image_features, &LossInputs::dist_text_features}) {
    all.*field = Join(cached, index, own, field);
  }
  return loss_->Compute(all);
}

}  // namespace clip::model
