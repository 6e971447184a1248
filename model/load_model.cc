#include "model/load_model.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/base/usable_cores.h"
#include "model/batch_invariant_encoder.h"
#include "model/checkpoint/load_pretrained.h"
#include "model/clip_encoder.h"
#include "model/config/hub_config.h"
#include "model/device_list.h"
#include "model/tokenizer/create_tokenizer.h"

namespace clip::model {
namespace {

absl::StatusOr<Pretrained> LoadPretrained(const LoadModelOptions& options) {
  LoadPretrainedOptions pretrained_options;
  pretrained_options.image_size = options.image_size;
  pretrained_options.use_ema = options.use_ema;
  return LoadPretrained(options.directory, pretrained_options);
}

// Batches that share the CPU share its cores.
int ComputeThreads(const LoadModelOptions& options, size_t batches) {
  if (options.compute_threads > 0 || batches == 1) {
    return options.compute_threads;
  }
  return std::max(1, UsableCores() / static_cast<int>(batches));
}

absl::StatusOr<std::unique_ptr<Encoder>> CreateEncoder(
    const LoadModelOptions& options, const std::string& device,
    int compute_threads, const Pretrained& pretrained) {
  ClipEncoderOptions encoder_options;
  encoder_options.device = device;
  encoder_options.dtype = options.dtype;
  encoder_options.compute_threads = compute_threads;
  encoder_options.cuda_graphs = options.cuda_graphs;
  encoder_options.cuda_kernels = options.cuda_kernels;
  auto encoder = ClipEncoder::Create(pretrained.config, pretrained.state_dict,
                                     encoder_options);
  // A device that is not there is no fault of the file.
  if (absl::IsUnavailable(encoder.status())) return encoder.status();
  if (!encoder.ok()) {
    // What a config asks for and no tower can be is no fault of the weights.
    const bool refused =
        absl::StartsWith(encoder.status().message(), "model_cfg");
    return InFile(refused ? pretrained.config_path : pretrained.weights_path,
                  encoder.status());
  }
  if (!options.batch_invariant) return *std::move(encoder);
  return std::make_unique<BatchInvariantEncoder>(*std::move(encoder));
}

absl::Status CreateEncoders(const LoadModelOptions& options,
                            const Pretrained& pretrained, LoadedModel& model) {
  CLIP_ASSIGN_OR_RETURN(const std::vector<std::string> devices,
                        ParseDeviceList(options.device));
  const int threads = ComputeThreads(options, devices.size());
  CLIP_ASSIGN_OR_RETURN(model.encoder, CreateEncoder(options, devices.front(),
                                                     threads, pretrained));
  for (size_t i = 1; i < devices.size(); ++i) {
    if (devices[i] == "cpu") {
      model.replicas.push_back(model.encoder);
      continue;
    }
    CLIP_ASSIGN_OR_RETURN(
        model.replicas.emplace_back(),
        CreateEncoder(options, devices[i], threads, pretrained));
  }
  return absl::OkStatus();
}

// Runs `work` on a thread of its own, with whose end the OpenMP threads go that
// LibTorch started for it. Were they left, there would be more of them than
// cores once another thread computes, and OpenMP then has all of them sleep
// after every operator instead of waiting for the next one: a fifth of the time
// of one picture on two cores.
void RunOnThread(const std::function<void()>& work) {
  std::thread(work).join();
}

absl::StatusOr<std::unique_ptr<Tokenizer>> LoadTokenizer(
    const TokenizerConfig& config, const std::string& directory) {
  // CLIP's own vocabulary, start and end of text included.
  constexpr int kClipVocabSize = 49408;
  if (config.hf_tokenizer_name.empty() && config.vocab_size < kClipVocabSize) {
    return absl::UnimplementedError(
        absl::StrCat("CLIP's tokenizer has ", kClipVocabSize,
                     " ids, the model only ", config.vocab_size));
  }
  TokenizerOptions options;
  options.context_length = config.context_length;
  options.hf_tokenizer_name = config.hf_tokenizer_name;
  options.directory = directory;
  options.vocab_size = config.vocab_size;
  options.mode = config.mode;
  options.pad_id = config.pad_id;
  options.eos_id = config.eos_id;
  options.clean = config.clean;
  options.strip_sep_token = config.strip_sep_token;
  return CreateTokenizer(options);
}

}  // namespace

absl::StatusOr<LoadedModel> LoadModel(const LoadModelOptions& options) {
  CLIP_ASSIGN_OR_RETURN(const Pretrained pretrained, LoadPretrained(options));
  const HubConfig& config = pretrained.config;
  LoadedModel model;
  absl::Status created;
  RunOnThread([&] { created = CreateEncoders(options, pretrained, model); });
  CLIP_RETURN_IF_ERROR(created);
  CLIP_ASSIGN_OR_RETURN(
      model.image_preprocessor,
      ImagePreprocessor::Create(config.preprocess, options.image_limits,
                                options.image_decoding));
  auto tokenizer = LoadTokenizer(
      config.model.text.tokenizer,
      std::filesystem::path(pretrained.config_path).parent_path());
  if (tokenizer.ok()) {
    model.tokenizer = *std::move(tokenizer);
  } else if (absl::IsUnimplemented(tokenizer.status())) {
    model.tokenizer_unavailable = std::string(tokenizer.status().message());
  } else {
    return InFile(pretrained.config_path, tokenizer.status());
  }
  return model;
}

}  // namespace clip::model
