#include "model/load_model.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/safetensors_reader.h"
#include "model/clip_encoder.h"
#include "model/config/hub_config.h"
#include "model/tokenizer/create_tokenizer.h"

namespace clip::model {
namespace {

namespace fs = std::filesystem;

absl::Status InFile(const fs::path& path, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(path.string(), ": ", status.message()));
}

absl::StatusOr<std::string> ReadConfigFile(const fs::path& path) {
  // One more than the parser takes, so that it sees what is too long.
  constexpr size_t kMaxBytes = (size_t{1} << 20) + 1;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return absl::NotFoundError("there is no such file");
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || file.gcount() == 0) {
    return absl::InvalidArgumentError("cannot be read or is empty");
  }
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

absl::StatusOr<HubConfig> LoadConfig(const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    return absl::NotFoundError(
        absl::StrCat(directory.string(), ": there is no such folder"));
  }
  const fs::path path = directory / "open_clip_config.json";
  const absl::StatusOr<std::string> text = ReadConfigFile(path);
  if (!text.ok()) return InFile(path, text.status());
  absl::StatusOr<HubConfig> config = ParseHubConfig(*text);
  if (!config.ok()) return InFile(path, config.status());
  return config;
}

// The folder's weights, by the names that open_clip looks for first.
absl::StatusOr<fs::path> FindWeights(const fs::path& directory) {
  std::error_code error;
  for (const char* name :
       {"open_clip_model.safetensors", "open_clip_pytorch_model.safetensors"}) {
    if (fs::exists(directory / name, error)) return directory / name;
  }
  for (const char* name :
       {"open_clip_pytorch_model.bin", "open_clip_pytorch_model.pth"}) {
    if (!fs::exists(directory / name, error)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        (directory / name).string(),
        ": pickled weights are not supported; save open_clip_model.safetensors "
        "beside it"));
  }
  return absl::NotFoundError(
      absl::StrCat((directory / "open_clip_model.safetensors").string(),
                   ": there is no such file"));
}

absl::StatusOr<std::unique_ptr<Encoder>> LoadEncoder(
    const LoadModelOptions& options, const HubConfig& config) {
  CLIP_ASSIGN_OR_RETURN(const fs::path path, FindWeights(options.directory));
  const absl::StatusOr<StateDict> weights = ReadSafetensors(path);
  if (!weights.ok()) return InFile(path, weights.status());
  ClipEncoderOptions encoder_options;
  encoder_options.device = options.device;
  encoder_options.dtype = options.dtype;
  encoder_options.compute_threads = options.compute_threads;
  auto encoder = ClipEncoder::Create(config, *weights, encoder_options);
  // A device that is not there is no fault of the file.
  if (absl::IsUnavailable(encoder.status())) return encoder.status();
  if (!encoder.ok()) return InFile(path, encoder.status());
  return *std::move(encoder);
}

absl::StatusOr<std::unique_ptr<Tokenizer>> LoadTokenizer(
    const TokenizerConfig& config) {
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
  if (!config.clean.empty()) options.clean = config.clean;
  return CreateTokenizer(options);
}

}  // namespace

absl::StatusOr<LoadedModel> LoadModel(const LoadModelOptions& options) {
  CLIP_ASSIGN_OR_RETURN(const HubConfig config, LoadConfig(options.directory));
  LoadedModel model;
  CLIP_ASSIGN_OR_RETURN(model.encoder, LoadEncoder(options, config));
  CLIP_ASSIGN_OR_RETURN(
      model.image_preprocessor,
      ImagePreprocessor::Create(config.preprocess, options.image_limits));
  auto tokenizer = LoadTokenizer(config.model.text.tokenizer);
  if (tokenizer.ok()) {
    model.tokenizer = *std::move(tokenizer);
  } else if (absl::IsUnimplemented(tokenizer.status())) {
    model.tokenizer_unavailable = std::string(tokenizer.status().message());
  } else {
    return InFile(fs::path(options.directory) / "open_clip_config.json",
                  tokenizer.status());
  }
  return model;
}

}  // namespace clip::model
