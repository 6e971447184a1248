#include "model/train/finetune_settings.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

// open_clip's defaults by the name of the architecture.
AdamWOptions MakeAdamW(const FinetuneOptions& options,
                       const TrainableModel& loaded) {
  const bool vit =
      absl::StrContains(loaded.model->architecture(), "VisionTransformer") ||
      absl::StrContains(loaded.config.model.vision.timm.model_name, "vit");
  AdamWOptions adamw;
  adamw.beta1 = options.beta1.value_or(0.9);
  adamw.beta2 = options.beta2.value_or(vit ? 0.98 : 0.999);
  adamw.eps = options.eps.value_or(vit ? 1e-6 : 1e-8);
  adamw.weight_decay = options.wd;
  return adamw;
}

}  // namespace

absl::Status CheckFinetuneOptions(const FinetuneOptions& options) {
  const auto require = [](bool good, const char* problem) {
    return good ? absl::OkStatus() : absl::InvalidArgumentError(problem);
  };
  CLIP_RETURN_IF_ERROR(require(options.batch_size > 0 && options.epochs > 0 &&
                                   options.accum_freq > 0 &&
                                   options.workers > 0,
                               "batch size, epochs, accum freq and workers "
                               "must be positive"));
  CLIP_RETURN_IF_ERROR(require(options.dataset_type == "auto" ||
                                   options.dataset_type == "csv" ||
                                   options.dataset_type == "webdataset",
                               "dataset type must be auto, csv or webdataset"));
  CLIP_RETURN_IF_ERROR(require(options.train_num_samples >= 0,
                               "train num samples must not be negative"));
  CLIP_RETURN_IF_ERROR(
      require(options.precision == "fp32" || options.precision == "amp_bf16",
              "precision must be fp32 or amp_bf16"));
  CLIP_RETURN_IF_ERROR(
      require((options.loss == "distill") == !options.distill_model.empty(),
              "the distill loss and a distill model go together"));
  CLIP_RETURN_IF_ERROR(
      require(options.loss != "distill" || options.accum_freq == 1,
              "the distill loss cannot accumulate batches"));
  CLIP_RETURN_IF_ERROR(
      require(options.color_jitter.empty() || options.color_jitter.size() == 4,
              "color jitter is brightness, contrast, saturation and hue"));
  return require(
      options.color_jitter.empty() == (options.color_jitter_prob == 0.0),
      "color jitter and color jitter prob go together");
}

TrainerOptions MakeTrainerOptions(
    const FinetuneOptions& options, const TrainableModel& loaded,
    const std::shared_ptr<ContrastiveModel>& teacher, int64_t total_steps,
    ProcessGroup* group) {
  TrainerOptions trainer;
  trainer.task.loss = options.loss;
  trainer.task.coca = {options.coca_caption_loss_weight,
                       options.coca_contrastive_loss_weight};
  trainer.task.teacher = teacher;
  trainer.task.gather = {options.local_loss, options.gather_with_grad, group};
  trainer.adamw = MakeAdamW(options, loaded);
  trainer.schedule = {options.lr, options.warmup, total_steps,
                      options.constant_lr};
  trainer.amp_bf16 = options.precision == "amp_bf16";
  trainer.grad_clip_norm = options.grad_clip_norm;
  trainer.grad_checkpointing = options.grad_checkpointing;
  trainer.lock_image = options.lock_image;
  trainer.lock_image_unlocked_groups = options.lock_image_unlocked_groups;
  trainer.lock_image_freeze_bn_stats = options.lock_image_freeze_bn_stats;
  trainer.lock_text = options.lock_text;
  trainer.lock_text_unlocked_layers = options.lock_text_unlocked_layers;
  trainer.lock_text_freeze_layer_norm = options.lock_text_freeze_layer_norm;
  trainer.seed = options.seed;
  return trainer;
}

TrainAugmentation::Options MakeAugmentationOptions(
    const FinetuneOptions& options, const TrainableModel& loaded) {
  TrainAugmentation::Options augmentation;
  augmentation.config = loaded.config.preprocess;
  augmentation.crop = {options.aug_scale, options.aug_ratio};
  if (!options.color_jitter.empty()) {
    augmentation.color_jitter = {
        options.color_jitter[0], options.color_jitter[1],
        options.color_jitter[2], options.color_jitter[3]};
  }
  augmentation.color_jitter_prob = options.color_jitter_prob;
  augmentation.gray_scale_prob = options.gray_scale_prob;
  return augmentation;
}

PairLoaderOptions MakeLoaderOptions(const FinetuneOptions& options,
                                    const TrainableModel& loaded,
                                    const PairSource& source) {
  PairLoaderOptions loader;
  loader.source = &source;
  loader.tokenizer = loaded.tokenizer.get();
  loader.row_size = loaded.preprocessor->row_size();
  loader.workers = options.workers;
  loader.queue = std::max<int64_t>(2 * options.batch_size, 8);
  loader.seed = options.seed;
  return loader;
}

}  // namespace clip::model
