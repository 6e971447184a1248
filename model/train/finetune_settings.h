#ifndef MODEL_TRAIN_FINETUNE_SETTINGS_H_
#define MODEL_TRAIN_FINETUNE_SETTINGS_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "model/contrastive_model.h"
#include "model/train/finetune.h"
#include "model/train/pair_loader.h"
#include "model/train/train_augmentation.h"
#include "model/train/trainable_model.h"
#include "model/train/trainer.h"

namespace clip::model {

// What the parts of a run are built with, from the options of the whole.

// INVALID_ARGUMENT for values that are wrong whatever the model and data.
absl::Status CheckFinetuneOptions(const FinetuneOptions& options);

// The trainer's, with open_clip's AdamW for the architecture. `teacher` is
// null but for the distill loss, `group` for one process.
TrainerOptions MakeTrainerOptions(
    const FinetuneOptions& options, const TrainableModel& loaded,
    const std::shared_ptr<ContrastiveModel>& teacher, int64_t total_steps,
    ProcessGroup* group);

// The augmentation's, for pictures of the model's size. The options must have
// passed the check.
TrainAugmentation::Options MakeAugmentationOptions(
    const FinetuneOptions& options, const TrainableModel& loaded);

// The loader's but for what it prepares pictures with. The source and the
// model's tokenizer must outlive the loader.
PairLoaderOptions MakeLoaderOptions(const FinetuneOptions& options,
                                    const TrainableModel& loaded,
                                    const PairSource& source);

}  // namespace clip::model

#endif  // MODEL_TRAIN_FINETUNE_SETTINGS_H_
