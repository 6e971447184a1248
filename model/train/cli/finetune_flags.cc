#include "model/train/cli/finetune_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace clip::model {
namespace {

void AddDataFlags(CLI::App& app, FinetuneOptions& options,
                  std::string& separator) {
  app.add_option("--model", options.model, "Hub folder to start from")
      ->required();
  app.add_option("--train-data", options.train_data,
                 "Pairs: a CSV, or WebDataset shards such as "
                 "'shards/{0000..0012}.tar', lists joined by ::")
      ->required();
  app.add_option("--output", options.output, "Folder for the result")
      ->required();
  app.add_option("--val-data", options.val_data,
                 "Pairs for retrieval recall after each epoch");
  app.add_option("--zeroshot-data", options.zeroshot_data,
                 "CSV of pictures and classes for zero-shot accuracy");
  app.add_option("--dataset-type", options.dataset_type,
                 "csv, webdataset or auto: by the end of the name")
      ->check(CLI::IsMember({"csv", "webdataset", "auto"}))
      ->capture_default_str();
  app.add_option("--train-num-samples", options.train_num_samples,
                 "Pairs of an epoch; 0 = each once")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--image-key", options.image_key,
                 "Extensions of pictures in shards")
      ->capture_default_str();
  app.add_option("--text-key", options.text_key,
                 "Extensions of captions in shards")
      ->capture_default_str();
  app.add_option("--json-text-key", options.json_text_key,
                 "Fields of captions in the json of shards, for --text-key");
  app.add_option("--csv-separator", separator, "One character")
      ->default_str("TAB");
  app.add_option("--csv-img-key", options.csv_img_key, "Column of pictures")
      ->capture_default_str();
  app.add_option("--csv-caption-key", options.csv_caption_key,
                 "Column of captions")
      ->capture_default_str();
  app.add_option("--csv-class-key", options.csv_class_key,
                 "Column of classes in the zero-shot CSV")
      ->capture_default_str();
  app.add_option("--max-bad-share", options.max_bad_share,
                 "Share of an epoch's pairs that may be bad and are skipped")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--workers", options.workers, "Threads that decode pictures")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
}

void AddAugmentationFlags(CLI::App& app, FinetuneOptions& options) {
  app.add_option("--aug-scale", options.aug_scale,
                 "Smallest and largest share of a picture that a crop keeps")
      ->default_str("0.9 1");
  app.add_option("--aug-ratio", options.aug_ratio,
                 "Smallest and largest width over height of a crop")
      ->default_str("0.75 1.333");
  app.add_option("--color-jitter", options.color_jitter,
                 "Strength of brightness, contrast, saturation and hue")
      ->expected(4);
  app.add_option("--color-jitter-prob", options.color_jitter_prob,
                 "Share of the pictures whose colours are changed")
      ->capture_default_str();
  app.add_option("--gray-scale-prob", options.gray_scale_prob,
                 "Share of the pictures that turn gray")
      ->capture_default_str();
}

void AddStepFlags(CLI::App& app, FinetuneOptions& options) {
  const auto number = [&](const char* flag, auto& target, const char* help) {
    return app.add_option(flag, target, help)->capture_default_str();
  };
  number("--epochs", options.epochs, "Times through the data")
      ->check(CLI::Range(1, 1000000));
  number("--steps", options.steps, "Steps of the run; 0 = epochs decide")
      ->check(CLI::NonNegativeNumber);
  number("--batch-size", options.batch_size, "Pairs of a batch")
      ->check(CLI::Range(1, 65536));
  number("--accum-freq", options.accum_freq, "Batches that a step joins")
      ->check(CLI::Range(1, 4096));
  number("--lr", options.lr, "Highest learning rate")
      ->check(CLI::PositiveNumber);
  number("--warmup", options.warmup, "Steps of the warm-up")
      ->check(CLI::NonNegativeNumber);
  number("--wd", options.wd, "Weight decay")->check(CLI::NonNegativeNumber);
  app.add_option("--beta1", options.beta1, "AdamW's first share");
  app.add_option("--beta2", options.beta2, "AdamW's second share");
  app.add_option("--eps", options.eps, "AdamW's small number");
  app.add_flag("--constant-lr", options.constant_lr,
               "No cosine behind the warm-up");
  app.add_option("--grad-clip-norm", options.grad_clip_norm, "Longest gradient")
      ->check(CLI::PositiveNumber);
  number("--seed", options.seed, "Of order and augmentation");
}

void AddModelFlags(CLI::App& app, FinetuneOptions& options) {
  app.add_option("--precision", options.precision, "fp32 or amp_bf16")
      ->check(CLI::IsMember({"fp32", "amp_bf16"}))
      ->capture_default_str();
  app.add_option("--device", options.device, "auto, cpu or cuda:N")
      ->capture_default_str();
  app.add_option("--threads", options.compute_threads,
                 "Threads of the model; 0 = one per core")
      ->check(CLI::Range(0, 1024));
  app.add_flag("--grad-checkpointing", options.grad_checkpointing,
               "Less memory, a third more time");
  app.add_flag("--lock-image", options.lock_image, "Freeze the image tower");
  app.add_option("--lock-image-unlocked-groups",
                 options.lock_image_unlocked_groups,
                 "Groups at its end that learn all the same");
  app.add_flag("--lock-image-freeze-bn-stats",
               options.lock_image_freeze_bn_stats,
               "Frozen batch norms keep their statistics");
  app.add_flag("--lock-text", options.lock_text, "Freeze the text tower");
  app.add_option("--lock-text-unlocked-layers",
                 options.lock_text_unlocked_layers,
                 "Layers at its end that learn all the same");
  app.add_option("--lock-text-freeze-layer-norm",
                 options.lock_text_freeze_layer_norm,
                 "Whether its layer norms are frozen, too");
  app.add_option("--loss", options.loss, "clip, siglip, coca or distill")
      ->check(CLI::IsMember({"clip", "siglip", "coca", "distill"}))
      ->capture_default_str();
  app.add_option("--distill-model", options.distill_model,
                 "Hub folder of the teacher");
  app.add_option("--coca-caption-loss-weight", options.coca_caption_loss_weight,
                 "")
      ->capture_default_str();
  app.add_option("--coca-contrastive-loss-weight",
                 options.coca_contrastive_loss_weight, "")
      ->capture_default_str();
  app.add_option("--save-every", options.save_every,
                 "Steps between checkpoints; 0 = after each epoch")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--resume", options.resume,
                 "auto (the output's checkpoint where there is one) or a file");
}

void AddProcessFlags(CLI::App& app, FinetuneCommand& command,
                     std::string& backend, int64_t& timeout_seconds) {
  app.add_option("--nproc", command.nproc,
                 "Processes to train with on this machine; not under torchrun")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_flag("--local-loss", command.options.local_loss,
               "Each process computes the loss of its own rows");
  app.add_flag("--gather-with-grad", command.options.gather_with_grad,
               "Gradients reach the rows of other processes");
  app.add_option("--dist-backend", backend, "gloo")
      ->check(CLI::IsMember({"gloo"}))
      ->capture_default_str();
  app.add_option("--dist-timeout", timeout_seconds,
                 "Seconds to wait for other processes")
      ->check(CLI::Range(1, 604800))
      ->capture_default_str();
}

}  // namespace

absl::StatusOr<FinetuneCommand> ParseFinetuneFlags(
    const std::vector<std::string>& arguments) {
  FinetuneCommand command;
  std::string separator = "\t";
  CLI::App app("Fine-tunes an open_clip model on pictures and captions.",
               "clip_finetune");
  AddDataFlags(app, command.options, separator);
  AddAugmentationFlags(app, command.options);
  AddStepFlags(app, command.options);
  AddModelFlags(app, command.options);
  std::string backend = "gloo";
  ProcessGroupOptions& processes = command.options.processes;
  int64_t timeout_seconds = absl::ToInt64Seconds(processes.timeout);
  AddProcessFlags(app, command, backend, timeout_seconds);
  // CLI11 takes them from the back.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    command.print_and_exit = app.help();
    return command;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  if (separator.size() != 1) {
    return absl::InvalidArgumentError("--csv-separator must be one character");
  }
  command.options.csv_separator = separator.front();
  processes.timeout = absl::Seconds(timeout_seconds);
  return command;
}

}  // namespace clip::model
