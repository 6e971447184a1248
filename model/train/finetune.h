#ifndef MODEL_TRAIN_FINETUNE_H_
#define MODEL_TRAIN_FINETUNE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "model/train/process_group_options.h"

namespace clip::model {

// A whole fine-tuning run. Names are those of open_clip's training flags.
struct FinetuneOptions {
  // An open_clip hub folder.
  std::string model;
  // Pairs to learn from and, where given, to judge by: CSV files or WebDataset
  // shards (see ExpandShardList).
  std::string train_data;
  std::string val_data;
  // "csv", "webdataset" or "auto": by the name, which ends with csv, tsv or
  // tar.
  std::string dataset_type = "auto";
  // Pairs of an epoch, drawn from all; 0 = each once.
  int64_t train_num_samples = 0;
  // Members of a WebDataset sample, by extension, and the fields of its JSON
  // that hold the caption instead; ';' parts alternatives, the first counts.
  std::string image_key = "jpg;png;jpeg;webp";
  std::string text_key = "txt";
  std::string json_text_key;
  // CSV of pictures and their classes; the class column is csv_class_key.
  std::string zeroshot_data;
  char csv_separator = '\t';
  std::string csv_img_key = "filepath";
  std::string csv_caption_key = "title";
  std::string csv_class_key = "class";
  // Where the hub folder, metrics.jsonl, loss.png and checkpoint go.
  std::string output;

  int64_t epochs = 1;
  // Ends the run earlier; 0 = epochs decide. More than the epochs have adds
  // epochs.
  int64_t steps = 0;
  int64_t batch_size = 32;
  // Batches that one step joins (open_clip's --accum-freq).
  int64_t accum_freq = 1;
  double lr = 1e-5;
  int64_t warmup = 0;
  double wd = 0.2;
  // Unset: open_clip's for the architecture, 0.9/0.98/1e-6 for a ViT, else
  // 0.9/0.999/1e-8.
  std::optional<double> beta1;
  std::optional<double> beta2;
  std::optional<double> eps;
  bool constant_lr = false;
  // Crops for training: share of the picture's area, and width over height.
  std::pair<double, double> aug_scale = {0.9, 1.0};
  std::pair<double, double> aug_ratio = {3.0 / 4.0, 4.0 / 3.0};
  // Strength of brightness, contrast, saturation and hue, for the share
  // color_jitter_prob of the pictures; empty = none. The two go together.
  std::vector<double> color_jitter;
  double color_jitter_prob = 0.0;
  // Share of the pictures that turn gray.
  double gray_scale_prob = 0.0;
  std::optional<double> grad_clip_norm;
  // "fp32" or "amp_bf16".
  std::string precision = "fp32";
  bool grad_checkpointing = false;
  bool lock_image = false;
  int64_t lock_image_unlocked_groups = 0;
  bool lock_image_freeze_bn_stats = false;
  bool lock_text = false;
  int64_t lock_text_unlocked_layers = 0;
  bool lock_text_freeze_layer_norm = true;
  // "clip", "siglip", "coca" or "distill", the last with distill_model.
  std::string loss = "clip";
  std::string distill_model;
  double coca_caption_loss_weight = 2.0;
  double coca_contrastive_loss_weight = 1.0;

  // Several processes that train together; the batch size is that of each.
  ProcessGroupOptions processes;
  // open_clip's: each process computes the loss of its own rows, and gradients
  // reach the rows of the others. Both together cost least and make the step
  // that one process would make with all rows.
  bool local_loss = false;
  bool gather_with_grad = false;

  // Of several processes on a machine, "auto" gives each its own GPU.
  std::string device = "auto";
  // Threads that decode pictures, and those of the model (0 = one per core).
  int workers = 2;
  int compute_threads = 0;
  uint64_t seed = 0;
  // Steps between checkpoints; 0 = at the end of each epoch only.
  int64_t save_every = 0;
  // "", "auto" (the output's own checkpoint where there is one) or a file.
  std::string resume;
  // Share of an epoch's pairs, of each process, that may be bad before the run
  // ends.
  double max_bad_share = 0.01;
};

// What a run says on its way; every function may be empty.
struct FinetuneObserver {
  struct Step {
    int64_t step = 0;
    int64_t total_steps = 0;
    int64_t epoch = 0;
    double loss = 0.0;
    double learning_rate = 0.0;
    double logit_scale = 0.0;
    int64_t bad_pairs = 0;
  };
  std::function<void(const Step&)> on_step;
  // A pair that was skipped; one line with file, line and reason.
  std::function<void(const std::string& message)> on_bad_pair;
  std::function<void(int64_t step, const std::map<std::string, double>&)>
      on_metrics;
  std::function<void(const std::string& message)> on_note;
};

// Trains, and leaves in `output` a hub folder that open_clip loads, a line of
// metrics.jsonl for each step and evaluation, and checkpoint.safetensors,
// which a killed run goes on from. The weights of the hub folder are written
// at the end; every file replaces an older one at once.
//
// Of several processes rank 0 writes all files, judges the model and decides
// where the run goes on; the others need the model and the data.
//
// Errors, one line each: NOT_FOUND and INVALID_ARGUMENT for options, model and
// data files; FAILED_PRECONDITION where too many pairs are bad and DATA_LOSS
// where the loss is not finite, both with the checkpoint of the steps before;
// UNAVAILABLE and DEADLINE_EXCEEDED where another process is gone or does not
// come, also with that checkpoint.
absl::Status Finetune(const FinetuneOptions& options,
                      const FinetuneObserver& observer);

}  // namespace clip::model

#endif  // MODEL_TRAIN_FINETUNE_H_
