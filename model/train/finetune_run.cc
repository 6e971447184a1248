#include "model/train/finetune_run.h"

#include <ATen/Parallel.h>

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/select_device.h"
#include "model/train/c10d_process_group.h"
#include "model/train/finetune_evaluation.h"
#include "model/train/finetune_settings.h"
#include "model/train/loss_plot.h"
#include "model/train/random_numbers.h"
#include "model/train/result_folder.h"
#include "model/train/shared_progress.h"

namespace clip::model {

namespace fs = std::filesystem;

FinetuneRun::FinetuneRun(const FinetuneOptions& options,
                         const FinetuneObserver& observer)
    : options_(options),
      observer_(observer),
      log_((fs::path(options.output) / "metrics.jsonl").string()) {}

absl::StatusOr<std::unique_ptr<FinetuneRun>> FinetuneRun::Create(
    const FinetuneOptions& options, const FinetuneObserver& observer) {
  CLIP_RETURN_IF_ERROR(CheckFinetuneOptions(options));
  // The constructor is private, which make_unique cannot reach.
  std::unique_ptr<FinetuneRun> run(new FinetuneRun(options, observer));
  CLIP_RETURN_IF_ERROR(run->Prepare());
  return run;
}

absl::Status FinetuneRun::Prepare() {
  CLIP_RETURN_IF_ERROR(SelectRunDevice());
  if (options_.compute_threads > 0) {
    at::set_num_threads(options_.compute_threads);
  }
  // Before what takes long: from here on each notices when another ends.
  if (options_.processes.world_size > 1) {
    CLIP_ASSIGN_OR_RETURN(group_, CreateC10dProcessGroup(options_.processes));
  }
  CLIP_ASSIGN_OR_RETURN(data_, OpenFinetuneData(options_, observer_));
  CLIP_RETURN_IF_ERROR(CountSteps());
  if (IsFirst()) {
    CLIP_RETURN_IF_ERROR(CreateResultFolder(options_.output, options_.model));
  }
  CLIP_RETURN_IF_ERROR(CreateTrainer());
  progress_.fingerprint = Fingerprint();
  if (IsFirst()) CLIP_RETURN_IF_ERROR(Resume());
  return JoinOthers();
}

absl::Status FinetuneRun::SelectRunDevice() {
  CLIP_ASSIGN_OR_RETURN(device_, SelectDevice(options_.device));
  if (options_.device == "auto" && device_.is_cuda()) {
    CLIP_ASSIGN_OR_RETURN(
        device_,
        SelectDevice(absl::StrCat("cuda:", options_.processes.local_rank)));
  }
  return absl::OkStatus();
}

absl::Status FinetuneRun::JoinOthers() {
  if (group_ == nullptr) return absl::OkStatus();
  CLIP_RETURN_IF_ERROR(TakeProgressOfFirst(*group_, progress_));
  return trainer_->TakeStateOfFirst();
}

absl::Status FinetuneRun::WaitForOthers() {
  if (group_ == nullptr) return absl::OkStatus();
  return GatherProgress(*group_, progress_);
}

int64_t FinetuneRun::PairsPerEpoch() const {
  if (options_.train_num_samples > 0) return options_.train_num_samples;
  return static_cast<int64_t>(data_.train->size());
}

absl::Status FinetuneRun::CountSteps() {
  const int64_t pairs_per_step =
      options_.batch_size * options_.accum_freq * options_.processes.world_size;
  const int64_t pairs = PairsPerEpoch();
  steps_per_epoch_ = pairs / pairs_per_step;
  if (steps_per_epoch_ == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(options_.train_data, ": has ", pairs,
                     " pairs, a step needs ", pairs_per_step));
  }
  total_steps_ =
      options_.steps > 0 ? options_.steps : options_.epochs * steps_per_epoch_;
  return absl::OkStatus();
}

absl::Status FinetuneRun::CreateTrainer() {
  CLIP_ASSIGN_OR_RETURN(loaded_, LoadTrainableModel(options_.model, device_));
  if (!options_.distill_model.empty()) {
    CLIP_ASSIGN_OR_RETURN(teacher_,
                          LoadTrainableModel(options_.distill_model, device_));
    if (teacher_.preprocessor->row_size() != loaded_.preprocessor->row_size() ||
        teacher_.model->context_length() != loaded_.model->context_length()) {
      return absl::InvalidArgumentError(absl::StrCat(
          options_.distill_model, ": reads pictures or texts of another size"));
    }
  }
  CLIP_ASSIGN_OR_RETURN(
      augmentation_,
      TrainAugmentation::Create(MakeAugmentationOptions(options_, loaded_)));
  CLIP_ASSIGN_OR_RETURN(
      trainer_,
      Trainer::Create(loaded_.model,
                      MakeTrainerOptions(options_, loaded_, teacher_.model,
                                         total_steps_, group_.get())));
  return absl::OkStatus();
}

// The order of the data and the meaning of a step must not change in a run.
int64_t FinetuneRun::Fingerprint() const {
  uint64_t hash = options_.seed;
  for (const uint64_t value : {static_cast<uint64_t>(data_.train->size()),
                               static_cast<uint64_t>(options_.batch_size),
                               static_cast<uint64_t>(options_.accum_freq)}) {
    hash = RandomNumbers(hash ^ value).Next();
  }
  if (options_.train_num_samples > 0) {
    const auto pairs = static_cast<uint64_t>(options_.train_num_samples);
    hash = RandomNumbers(hash ^ pairs).Next();
  }
  // Left out for one process, whose older checkpoints stay good.
  if (const int world = options_.processes.world_size; world > 1) {
    hash = RandomNumbers(hash ^ static_cast<uint64_t>(world)).Next();
  }
  return static_cast<int64_t>(hash >> 1);
}

absl::Status FinetuneRun::Resume() {
  const std::string own = OutputFile("checkpoint.safetensors");
  std::string path = options_.resume;
  if (path == "auto") path = fs::exists(own) ? own : "";
  if (path.empty()) return absl::OkStatus();
  CLIP_ASSIGN_OR_RETURN(progress_, LoadTrainCheckpoint(path, *trainer_));
  if (progress_.fingerprint != Fingerprint()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path,
        ": is of a run with another count of pairs or processes, batch size, "
        "accum freq or seed"));
  }
  log_.Restore(trainer_->steps());
  if (observer_.on_note) {
    observer_.on_note(
        absl::StrCat("goes on from ", path, " at step ", trainer_->steps()));
  }
  return absl::OkStatus();
}

absl::Status FinetuneRun::Train() {
  if (IsFirst()) CLIP_RETURN_IF_ERROR(log_.Start());
  while (trainer_->steps() < total_steps_) {
    absl::Status trained = TrainEpoch();
    if (!trained.ok()) {
      // A loss that is not finite left the weights before its step.
      CLIP_RETURN_IF_ERROR(Save());
      return trained;
    }
    // The others wait in their next step.
    if (!IsFirst()) continue;
    CLIP_RETURN_IF_ERROR(Evaluate());
    CLIP_RETURN_IF_ERROR(Save());
  }
  if (IsFirst()) CLIP_RETURN_IF_ERROR(WriteResult());
  return WaitForOthers();
}

BatchReaderOptions FinetuneRun::ReaderOptions() const {
  BatchReaderOptions reader;
  reader.loader = MakeLoaderOptions(options_, loaded_, *data_.train);
  reader.loader.rank = options_.processes.rank;
  reader.loader.world_size = options_.processes.world_size;
  reader.loader.epoch = progress_.epoch;
  reader.loader.position = progress_.position;
  reader.loader.prepare = [this](std::string_view file, uint64_t seed,
                                 absl::Span<float> row) {
    return augmentation_->Apply(file, seed, row);
  };
  reader.pairs_per_epoch = PairsPerEpoch() / options_.processes.world_size;
  reader.preprocess = loaded_.config.preprocess;
  reader.batch_size = options_.batch_size;
  reader.device = device_;
  reader.bad_pairs = progress_.bad_pairs;
  reader.max_bad_share = options_.max_bad_share;
  reader.on_bad_pair = observer_.on_bad_pair;
  return reader;
}

absl::Status FinetuneRun::TrainEpoch() {
  BatchReader reader(ReaderOptions());
  while (progress_.step_in_epoch < steps_per_epoch_ &&
         trainer_->steps() < total_steps_) {
    CLIP_RETURN_IF_ERROR(TrainStep(reader));
  }
  if (progress_.step_in_epoch == steps_per_epoch_) {
    progress_ = {progress_.epoch + 1, 0, 0, 0, progress_.fingerprint, {}};
  }
  return absl::OkStatus();
}

absl::Status FinetuneRun::TrainStep(BatchReader& reader) {
  // The pairs of a step that fails are not taken: progress stays.
  CLIP_ASSIGN_OR_RETURN(const std::vector<Batch> batches,
                        reader.Next(options_.accum_freq));
  TrainProgress progress = progress_;
  ++progress.step_in_epoch;
  progress.position = reader.position();
  progress.bad_pairs = reader.bad_pairs();
  if (group_ != nullptr) {
    CLIP_RETURN_IF_ERROR(GatherProgress(*group_, progress));
  }
  CLIP_ASSIGN_OR_RETURN(const StepReport report, trainer_->Step(batches));
  progress_ = std::move(progress);
  if (!IsFirst()) return absl::OkStatus();
  const int64_t step = trainer_->steps();
  CLIP_RETURN_IF_ERROR(log_.AddStep(step, progress_.epoch, report));
  if (observer_.on_step) {
    observer_.on_step({step, total_steps_, progress_.epoch, report.loss,
                       report.learning_rate, report.logit_scale,
                       AllBadPairs(progress_)});
  }
  if (options_.save_every > 0 && step % options_.save_every == 0) {
    CLIP_RETURN_IF_ERROR(Save());
  }
  return absl::OkStatus();
}

absl::Status FinetuneRun::Save() const {
  if (!IsFirst()) return absl::OkStatus();
  return SaveTrainCheckpoint(OutputFile("checkpoint.safetensors"), *trainer_,
                             progress_);
}

absl::Status FinetuneRun::Evaluate() {
  const FinetuneEvaluation evaluation(options_, observer_, loaded_, data_,
                                      device_);
  CLIP_ASSIGN_OR_RETURN(const auto metrics, evaluation.Evaluate());
  if (metrics.empty()) return absl::OkStatus();
  if (observer_.on_metrics) observer_.on_metrics(trainer_->steps(), metrics);
  return log_.AddMetrics(trainer_->steps(), metrics);
}

absl::Status FinetuneRun::WriteResult() const {
  CLIP_RETURN_IF_ERROR(
      WriteHubFolder(options_.output, options_.model, *loaded_.model));
  return WriteLossPlot(OutputFile("loss.png"), log_.curve());
}

std::string FinetuneRun::OutputFile(const char* name) const {
  return (fs::path(options_.output) / name).string();
}

}  // namespace clip::model
