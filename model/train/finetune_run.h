#ifndef MODEL_TRAIN_FINETUNE_RUN_H_
#define MODEL_TRAIN_FINETUNE_RUN_H_

#include <c10/core/Device.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/train/batch_reader.h"
#include "model/train/finetune.h"
#include "model/train/finetune_data.h"
#include "model/train/metrics_log.h"
#include "model/train/process_group.h"
#include "model/train/train_augmentation.h"
#include "model/train/train_checkpoint.h"
#include "model/train/trainable_model.h"
#include "model/train/trainer.h"

namespace clip::model {

// A fine-tuning run from its options to its result; see Finetune for files
// and errors. Of several processes each has one. Not thread-safe.
class FinetuneRun {
 public:
  // Opens data and model and goes to where an earlier run stopped. Borrows
  // both.
  static absl::StatusOr<std::unique_ptr<FinetuneRun>> Create(
      const FinetuneOptions& options, const FinetuneObserver& observer);

  absl::Status Train();

 private:
  FinetuneRun(const FinetuneOptions& options, const FinetuneObserver& observer);

  absl::Status Prepare();
  int64_t PairsPerEpoch() const;
  absl::Status CountSteps();
  absl::Status SelectRunDevice();
  absl::Status CreateTrainer();
  absl::Status Resume();
  absl::Status JoinOthers();
  absl::Status WaitForOthers();
  bool IsFirst() const { return RankOf(group_.get()) == 0; }
  int64_t Fingerprint() const;
  BatchReaderOptions ReaderOptions() const;
  absl::Status TrainEpoch();
  absl::Status TrainStep(BatchReader& reader);
  absl::Status Save() const;
  absl::Status Evaluate();
  absl::Status WriteResult() const;
  std::string OutputFile(const char* name) const;

  const FinetuneOptions& options_;
  const FinetuneObserver& observer_;
  c10::Device device_{c10::kCPU};
  // Null for one process.
  std::unique_ptr<ProcessGroup> group_;
  FinetuneData data_;
  TrainableModel loaded_;
  TrainableModel teacher_;
  std::unique_ptr<TrainAugmentation> augmentation_;
  std::unique_ptr<Trainer> trainer_;
  TrainProgress progress_;
  int64_t steps_per_epoch_ = 0;
  int64_t total_steps_ = 0;
  MetricsLog log_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_FINETUNE_RUN_H_
