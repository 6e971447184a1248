#include "model/train/finetune.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "model/base/status_macros.h"
#include "model/base/torch_status.h"
#include "model/select_device.h"
#include "model/train/csv_pairs.h"
#include "model/train/evaluation.h"
#include "model/train/loss_plot.h"
#include "model/train/pair_loader.h"
#include "model/train/random_numbers.h"
#include "model/train/train_augmentation.h"
#include "model/train/train_checkpoint.h"
#include "model/train/trainable_model.h"
#include "model/train/trainer.h"

namespace clip::model {
namespace {

namespace fs = std::filesystem;
using Metrics = std::map<std::string, double>;

absl::Status CheckOptions(const FinetuneOptions& options) {
  const auto require = [](bool good, const char* problem) {
    return good ? absl::OkStatus() : absl::InvalidArgumentError(problem);
  };
  CLIP_RETURN_IF_ERROR(require(options.batch_size > 0 && options.epochs > 0 &&
                                   options.accum_freq > 0 &&
                                   options.workers > 0,
                               "batch size, epochs, accum freq and workers "
                               "must be positive"));
  CLIP_RETURN_IF_ERROR(
      require(options.precision == "fp32" || options.precision == "amp_bf16",
              "precision must be fp32 or amp_bf16"));
  CLIP_RETURN_IF_ERROR(
      require((options.loss == "distill") == !options.distill_model.empty(),
              "the distill loss and a distill model go together"));
  return require(options.loss != "distill" || options.accum_freq == 1,
                 "the distill loss cannot accumulate batches");
}

// open_clip's defaults by the name of the architecture.
AdamWOptions MakeAdamW(const FinetuneOptions& options,
                       const ContrastiveModel& model, const HubConfig& config) {
  const bool vit =
      absl::StrContains(model.architecture(), "VisionTransformer") ||
      absl::StrContains(config.model.vision.timm.model_name, "vit");
  AdamWOptions adamw;
  adamw.beta1 = options.beta1.value_or(0.9);
  adamw.beta2 = options.beta2.value_or(vit ? 0.98 : 0.999);
  adamw.eps = options.eps.value_or(vit ? 1e-6 : 1e-8);
  adamw.weight_decay = options.wd;
  return adamw;
}

// The state of one run.
class Run {
 public:
  Run(const FinetuneOptions& options, const FinetuneObserver& observer)
      : options_(options), observer_(observer) {}

  absl::Status Prepare();
  absl::Status Train();

 private:
  std::string OutputFile(const char* name) const {
    return (fs::path(options_.output) / name).string();
  }
  absl::StatusOr<std::unique_ptr<CsvPairs>> OpenCsv(
      const std::string& path, const std::string& text_key) const;
  absl::Status CreateTrainer();
  absl::Status Resume();
  int64_t Fingerprint() const;
  PairLoaderOptions LoaderOptions(const PairSource& source) const;
  absl::Status TrainEpoch();
  absl::StatusOr<std::vector<Batch>> NextBatches(PairLoader& loader);
  absl::StatusOr<Batch> NextBatch(PairLoader& loader);
  absl::Status Save();
  absl::Status Evaluate();
  absl::StatusOr<Metrics> EvaluateRetrieval();
  absl::StatusOr<Metrics> EvaluateZeroShot();
  at::Tensor MakeClassifier(const std::set<std::string>& classes);
  absl::Status EncodePairs(const CsvPairs& source, bool with_texts,
                           at::Tensor* images, at::Tensor* texts,
                           std::vector<size_t>* indices);
  absl::Status Log(const nlohmann::json& line);
  absl::Status WriteResult();

  const FinetuneOptions& options_;
  const FinetuneObserver& observer_;
  c10::Device device_{c10::kCPU};
  TrainableModel loaded_;
  TrainableModel teacher_;
  std::unique_ptr<CsvPairs> train_;
  std::unique_ptr<CsvPairs> val_;
  std::unique_ptr<CsvPairs> zeroshot_;
  std::unique_ptr<TrainAugmentation> augmentation_;
  std::unique_ptr<Trainer> trainer_;
  TrainProgress progress_;
  int64_t steps_per_epoch_ = 0;
  int64_t total_steps_ = 0;
  std::vector<std::string> log_lines_;
  std::vector<LossPoint> curve_;
};

absl::StatusOr<std::unique_ptr<CsvPairs>> Run::OpenCsv(
    const std::string& path, const std::string& text_key) const {
  CsvPairsOptions csv;
  csv.path = path;
  csv.separator = options_.csv_separator;
  csv.image_key = options_.csv_img_key;
  csv.text_key = text_key;
  return CsvPairs::Create(csv);
}

absl::Status Run::Prepare() {
  CLIP_RETURN_IF_ERROR(CheckOptions(options_));
  CLIP_ASSIGN_OR_RETURN(device_, SelectDevice(options_.device));
  if (options_.compute_threads > 0) {
    at::set_num_threads(options_.compute_threads);
  }
  CLIP_ASSIGN_OR_RETURN(train_,
                        OpenCsv(options_.train_data, options_.csv_caption_key));
  if (!options_.val_data.empty()) {
    CLIP_ASSIGN_OR_RETURN(val_,
                          OpenCsv(options_.val_data, options_.csv_caption_key));
  }
  if (!options_.zeroshot_data.empty()) {
    CLIP_ASSIGN_OR_RETURN(
        zeroshot_, OpenCsv(options_.zeroshot_data, options_.csv_class_key));
  }
  const int64_t pairs_per_step = options_.batch_size * options_.accum_freq;
  steps_per_epoch_ = static_cast<int64_t>(train_->size()) / pairs_per_step;
  if (steps_per_epoch_ == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(options_.train_data, ": has ", train_->size(),
                     " pairs, a step needs ", pairs_per_step));
  }
  total_steps_ =
      options_.steps > 0 ? options_.steps : options_.epochs * steps_per_epoch_;
  std::error_code error;
  fs::create_directories(options_.output, error);
  if (error) {
    return absl::InvalidArgumentError(absl::StrCat(
        options_.output, ": cannot be created: ", error.message()));
  }
  if (fs::equivalent(options_.output, options_.model, error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(options_.output, ": is the folder of the model itself"));
  }
  CLIP_RETURN_IF_ERROR(CreateTrainer());
  return Resume();
}

absl::Status Run::CreateTrainer() {
  CLIP_ASSIGN_OR_RETURN(loaded_, LoadTrainableModel(options_.model, device_));
  TrainerOptions trainer;
  trainer.task.loss = options_.loss;
  trainer.task.coca = {options_.coca_caption_loss_weight,
                       options_.coca_contrastive_loss_weight};
  if (!options_.distill_model.empty()) {
    CLIP_ASSIGN_OR_RETURN(teacher_,
                          LoadTrainableModel(options_.distill_model, device_));
    if (teacher_.preprocessor->row_size() != loaded_.preprocessor->row_size() ||
        teacher_.model->context_length() != loaded_.model->context_length()) {
      return absl::InvalidArgumentError(absl::StrCat(
          options_.distill_model, ": reads pictures or texts of another size"));
    }
    trainer.task.teacher = teacher_.model;
  }
  trainer.adamw = MakeAdamW(options_, *loaded_.model, loaded_.config);
  trainer.schedule = {options_.lr, options_.warmup, total_steps_,
                      options_.constant_lr};
  trainer.amp_bf16 = options_.precision == "amp_bf16";
  trainer.grad_clip_norm = options_.grad_clip_norm;
  trainer.grad_checkpointing = options_.grad_checkpointing;
  trainer.lock_image = options_.lock_image;
  trainer.lock_image_unlocked_groups = options_.lock_image_unlocked_groups;
  trainer.lock_image_freeze_bn_stats = options_.lock_image_freeze_bn_stats;
  trainer.lock_text = options_.lock_text;
  trainer.lock_text_unlocked_layers = options_.lock_text_unlocked_layers;
  trainer.lock_text_freeze_layer_norm = options_.lock_text_freeze_layer_norm;
  trainer.seed = options_.seed;
  TrainAugmentation::Options augmentation;
  augmentation.config = loaded_.config.preprocess;
  augmentation_ = std::make_unique<TrainAugmentation>(augmentation);
  CLIP_ASSIGN_OR_RETURN(trainer_, Trainer::Create(loaded_.model, trainer));
  return absl::OkStatus();
}

// The order of the data and the meaning of a step must not change in a run.
int64_t Run::Fingerprint() const {
  uint64_t hash = options_.seed;
  for (const uint64_t value : {static_cast<uint64_t>(train_->size()),
                               static_cast<uint64_t>(options_.batch_size),
                               static_cast<uint64_t>(options_.accum_freq)}) {
    hash = RandomNumbers(hash ^ value).Next();
  }
  return static_cast<int64_t>(hash >> 1);
}

absl::Status Run::Resume() {
  const std::string own = OutputFile("checkpoint.safetensors");
  std::string path = options_.resume;
  if (path == "auto") path = fs::exists(own) ? own : "";
  if (path.empty()) {
    progress_.fingerprint = Fingerprint();
    return absl::OkStatus();
  }
  CLIP_ASSIGN_OR_RETURN(progress_, LoadTrainCheckpoint(path, *trainer_));
  if (progress_.fingerprint != Fingerprint()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path,
        ": is of a run with another count of pairs, batch size, accum "
        "freq or seed"));
  }
  // What the killed run did after its checkpoint is done again.
  std::ifstream log(OutputFile("metrics.jsonl"));
  for (std::string text; std::getline(log, text);) {
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object() || !line.contains("step") ||
        !line["step"].is_number_integer() ||
        line["step"].get<int64_t>() > trainer_->steps()) {
      continue;
    }
    log_lines_.push_back(text);
    if (!line.contains("loss") || !line["loss"].is_number()) continue;
    curve_.push_back({line["step"].get<int64_t>(), line["loss"].get<double>()});
  }
  if (observer_.on_note) {
    observer_.on_note(
        absl::StrCat("goes on from ", path, " at step ", trainer_->steps()));
  }
  return absl::OkStatus();
}

PairLoaderOptions Run::LoaderOptions(const PairSource& source) const {
  PairLoaderOptions loader;
  loader.source = &source;
  loader.tokenizer = loaded_.tokenizer.get();
  loader.row_size = loaded_.preprocessor->row_size();
  loader.workers = options_.workers;
  loader.queue = std::max<int64_t>(2 * options_.batch_size, 8);
  loader.seed = options_.seed;
  return loader;
}

absl::Status Run::Train() {
  // Rewritten, so that it starts where the checkpoint ends.
  {
    CLIP_ASSIGN_OR_RETURN(const auto file,
                          AtomicFile::Create(OutputFile("metrics.jsonl")));
    for (const std::string& line : log_lines_) {
      CLIP_RETURN_IF_ERROR(file->Append(line + "\n"));
    }
    CLIP_RETURN_IF_ERROR(file->Commit());
  }
  while (trainer_->steps() < total_steps_) {
    const absl::Status trained = TrainEpoch();
    if (!trained.ok()) {
      // A loss that is not finite left the weights before its step.
      CLIP_RETURN_IF_ERROR(Save());
      return trained;
    }
    CLIP_RETURN_IF_ERROR(Evaluate());
    CLIP_RETURN_IF_ERROR(Save());
  }
  return WriteResult();
}

absl::Status Run::TrainEpoch() {
  PairLoaderOptions loader_options = LoaderOptions(*train_);
  loader_options.epoch = progress_.epoch;
  loader_options.position = progress_.position;
  loader_options.prepare = [this](std::string_view file, uint64_t seed,
                                  absl::Span<float> row) {
    return augmentation_->Apply(file, seed, row);
  };
  PairLoader loader(loader_options);
  while (progress_.step_in_epoch < steps_per_epoch_ &&
         trainer_->steps() < total_steps_) {
    const TrainProgress before = progress_;
    const auto batches = NextBatches(loader);
    const auto stepped = batches.ok()
                             ? trainer_->Step(*batches)
                             : absl::StatusOr<StepReport>(batches.status());
    if (!stepped.ok()) {
      // The pairs of a step that was not made are not taken.
      progress_ = before;
      return stepped.status();
    }
    const StepReport& report = *stepped;
    ++progress_.step_in_epoch;
    progress_.position = loader.position();
    const int64_t step = trainer_->steps();
    curve_.push_back({step, report.loss});
    nlohmann::json line = {{"step", step},
                           {"epoch", progress_.epoch},
                           {"loss", report.loss},
                           {"lr", report.learning_rate},
                           {"logit_scale", report.logit_scale}};
    for (const auto& [name, value] : report.terms) line[name] = value;
    CLIP_RETURN_IF_ERROR(Log(line));
    if (observer_.on_step) {
      observer_.on_step({step, total_steps_, progress_.epoch, report.loss,
                         report.learning_rate, report.logit_scale,
                         progress_.bad_pairs});
    }
    if (options_.save_every > 0 && step % options_.save_every == 0) {
      CLIP_RETURN_IF_ERROR(Save());
    }
  }
  if (progress_.step_in_epoch == steps_per_epoch_) {
    progress_ = {progress_.epoch + 1, 0, 0, 0, progress_.fingerprint};
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Batch>> Run::NextBatches(PairLoader& loader) {
  std::vector<Batch> batches;
  for (int64_t i = 0; i < options_.accum_freq; ++i) {
    CLIP_ASSIGN_OR_RETURN(Batch batch, NextBatch(loader));
    batches.push_back(std::move(batch));
  }
  return batches;
}

absl::StatusOr<Batch> Run::NextBatch(PairLoader& loader) {
  const PreprocessConfig& size = loaded_.config.preprocess;
  const auto pairs = static_cast<double>(train_->size());
  Batch batch;
  absl::Status failed;
  const absl::Status torch_status = CatchTorchErrors([&] {
    batch.pixels = at::empty(
        {options_.batch_size, 3, size.image_height, size.image_width});
    batch.ids = at::empty(
        {options_.batch_size, loaded_.tokenizer->context_length()}, at::kLong);
    auto* pixels = batch.pixels.mutable_data_ptr<float>();
    auto* ids = batch.ids.mutable_data_ptr<int64_t>();
    for (int64_t filled = 0; filled < options_.batch_size;) {
      const LoadedPair pair = loader.Next();
      if (pair.status.ok()) {
        pixels = std::copy(pair.pixels.begin(), pair.pixels.end(), pixels);
        ids = std::copy(pair.ids.begin(), pair.ids.end(), ids);
        ++filled;
        continue;
      }
      ++progress_.bad_pairs;
      const std::string message(pair.status.message());
      if (observer_.on_bad_pair) observer_.on_bad_pair(message);
      const auto bad = static_cast<double>(progress_.bad_pairs);
      if (bad <= options_.max_bad_share * pairs && bad < pairs) continue;
      failed = absl::FailedPreconditionError(
          absl::StrCat(progress_.bad_pairs, " of ", train_->size(),
                       " pairs are bad, more than the share of ",
                       options_.max_bad_share, "; the last: ", message));
      return;
    }
    batch.pixels = batch.pixels.to(device_);
    batch.ids = batch.ids.to(device_);
  });
  CLIP_RETURN_IF_ERROR(torch_status);
  CLIP_RETURN_IF_ERROR(failed);
  return batch;
}

absl::Status Run::Save() {
  return SaveTrainCheckpoint(OutputFile("checkpoint.safetensors"), *trainer_,
                             progress_);
}

absl::Status Run::Evaluate() {
  Metrics metrics;
  if (val_ != nullptr) {
    CLIP_ASSIGN_OR_RETURN(const Metrics retrieval, EvaluateRetrieval());
    metrics.insert(retrieval.begin(), retrieval.end());
  }
  if (zeroshot_ != nullptr) {
    CLIP_ASSIGN_OR_RETURN(const Metrics accuracy, EvaluateZeroShot());
    metrics.insert(accuracy.begin(), accuracy.end());
  }
  if (metrics.empty()) return absl::OkStatus();
  nlohmann::json line = {{"step", trainer_->steps()}};
  for (const auto& [name, value] : metrics) line[name] = value;
  if (observer_.on_metrics) observer_.on_metrics(trainer_->steps(), metrics);
  return Log(line);
}

// Pictures that cannot be read are left out and reported.
absl::Status Run::EncodePairs(const CsvPairs& source, bool with_texts,
                              at::Tensor* images, at::Tensor* texts,
                              std::vector<size_t>* indices) {
  PairLoaderOptions loader_options = LoaderOptions(source);
  loader_options.shuffle = false;
  if (!with_texts) loader_options.tokenizer = nullptr;
  loader_options.prepare = [this](std::string_view file, uint64_t /*seed*/,
                                  absl::Span<float> row) {
    return loaded_.preprocessor->PreprocessEncoded(file, row);
  };
  PairLoader loader(loader_options);
  const PreprocessConfig& size = loaded_.config.preprocess;
  return CatchTorchErrors([&] {
    const c10::NoGradGuard no_grad;
    ContrastiveModel& model = trainer_->model();
    model.eval();
    std::vector<at::Tensor> image_rows;
    std::vector<at::Tensor> text_rows;
    for (size_t i = 0; i < source.size(); ++i) {
      LoadedPair pair = loader.Next();
      if (!pair.status.ok()) {
        if (observer_.on_bad_pair) {
          observer_.on_bad_pair(std::string(pair.status.message()));
        }
        continue;
      }
      indices->push_back(pair.index);
      const at::Tensor pixels =
          at::tensor(pair.pixels)
              .view({1, 3, size.image_height, size.image_width});
      image_rows.push_back(model.EncodeImage(pixels.to(device_), true));
      if (!with_texts) continue;
      const std::vector<int64_t> ids(pair.ids.begin(), pair.ids.end());
      text_rows.push_back(model.EncodeText(
          at::tensor(ids, at::kLong).unsqueeze(0).to(device_), true));
    }
    if (!image_rows.empty()) *images = at::cat(image_rows);
    if (!text_rows.empty()) *texts = at::cat(text_rows);
  });
}

absl::StatusOr<Metrics> Run::EvaluateRetrieval() {
  at::Tensor images;
  at::Tensor texts;
  std::vector<size_t> indices;
  CLIP_RETURN_IF_ERROR(EncodePairs(*val_, true, &images, &texts, &indices));
  Metrics metrics;
  if (indices.empty()) return metrics;
  CLIP_RETURN_IF_ERROR(
      CatchTorchErrors([&] { metrics = RetrievalRecall(images, texts); }));
  return metrics;
}

// open_clip's zero-shot classifier over its simple templates.
at::Tensor Run::MakeClassifier(const std::set<std::string>& classes) {
  const std::vector<std::string> templates = {
      "itap of a {}.",           "a bad photo of the {}.",
      "a origami {}.",           "a photo of the large {}.",
      "a {} in a video game.",   "art of the {}.",
      "a photo of the small {}."};
  std::vector<at::Tensor> rows;
  for (const std::string& name : classes) {
    std::vector<at::Tensor> ids;
    for (const std::string& text : templates) {
      const auto tokens = loaded_.tokenizer->Tokenize(
          absl::StrReplaceAll(text, {{"{}", name}}));
      if (!tokens.ok()) continue;
      const std::vector<int64_t> row(tokens->ids.begin(), tokens->ids.end());
      ids.push_back(at::tensor(row, at::kLong));
    }
    const at::Tensor mean =
        trainer_->model().EncodeText(at::stack(ids).to(device_), true).mean(0);
    rows.push_back(mean / mean.norm());
  }
  return at::stack(rows);
}

absl::StatusOr<Metrics> Run::EvaluateZeroShot() {
  at::Tensor images;
  at::Tensor unused;
  std::vector<size_t> indices;
  CLIP_RETURN_IF_ERROR(
      EncodePairs(*zeroshot_, false, &images, &unused, &indices));
  std::set<std::string> classes;
  for (size_t i = 0; i < zeroshot_->size(); ++i) {
    classes.insert(zeroshot_->text(i));
  }
  Metrics metrics;
  if (indices.empty()) return metrics;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    const c10::NoGradGuard no_grad;
    std::vector<int64_t> labels;
    for (const size_t index : indices) {
      const auto found = classes.find(zeroshot_->text(index));
      labels.push_back(std::distance(classes.begin(), found));
    }
    const Metrics accuracy =
        ZeroShotAccuracy(images, at::tensor(labels, at::kLong).to(device_),
                         MakeClassifier(classes));
    for (const auto& [name, value] : accuracy) {
      metrics["zeroshot_" + name] = value;
    }
  }));
  return metrics;
}

absl::Status Run::Log(const nlohmann::json& line) {
  const std::string path = OutputFile("metrics.jsonl");
  std::ofstream file(path, std::ios::app);
  file << line.dump() << "\n";
  file.flush();
  if (file) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat(path, ": cannot be written"));
}

absl::Status Run::WriteResult() {
  CLIP_RETURN_IF_ERROR(SaveWeights(OutputFile("open_clip_model.safetensors"),
                                   trainer_->model()));
  // The architecture is the same, and so are config and tokenizer.
  for (const char* name :
       {"open_clip_config.json", "tokenizer.json", "tokenizer_config.json",
        "special_tokens_map.json", "vocab.json", "merges.txt", "vocab.txt",
        "tokenizer.model", "spiece.model", "sentencepiece.bpe.model"}) {
    const fs::path source = fs::path(options_.model) / name;
    std::error_code error;
    if (!fs::exists(source, error)) continue;
    fs::copy_file(source, OutputFile(name),
                  fs::copy_options::overwrite_existing, error);
    if (error) {
      return absl::ResourceExhaustedError(
          absl::StrCat(OutputFile(name), ": ", error.message()));
    }
  }
  return WriteLossPlot(OutputFile("loss.png"), curve_);
}

}  // namespace

absl::Status Finetune(const FinetuneOptions& options,
                      const FinetuneObserver& observer) {
  Run run(options, observer);
  CLIP_RETURN_IF_ERROR(run.Prepare());
  return run.Train();
}

}  // namespace clip::model
