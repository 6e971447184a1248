#include "model/checkpoint/load_pretrained.h"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/convert_hf_config.h"
#include "model/checkpoint/convert_hf_preprocessor.h"
#include "model/checkpoint/convert_state_dict.h"
#include "model/checkpoint/find_checkpoint.h"
#include "model/checkpoint/infer_openai_config.h"
#include "model/checkpoint/read_checkpoint.h"

namespace clip::model {
namespace {

namespace fs = std::filesystem;

constexpr char kConfigName[] = "open_clip_config.json";
constexpr char kHfConfigName[] = "config.json";

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

absl::StatusOr<HubConfig> ParseConfig(const std::string& json,
                                      const std::string& path,
                                      const LoadPretrainedOptions& options) {
  HubConfigOptions config_options;
  config_options.image_size = options.image_size;
  absl::StatusOr<HubConfig> config = ParseHubConfig(json, config_options);
  if (!config.ok()) return InFile(path, config.status());
  return config;
}

// The config of a Hugging Face folder, in open_clip's words.
absl::StatusOr<HubConfig> LoadHfConfig(const fs::path& path,
                                       const LoadPretrainedOptions& options) {
  absl::StatusOr<std::string> text = ReadConfigFile(path);
  if (text.ok()) text = ConvertHfConfig(*text);
  if (!text.ok()) return InFile(path.string(), text.status());
  for (const char* name :
       {"preprocessor_config.json", "processor_config.json"}) {
    const fs::path preprocessor_path = path.parent_path() / name;
    std::error_code error;
    if (!fs::exists(preprocessor_path, error)) continue;
    const auto preprocessor = ReadConfigFile(preprocessor_path);
    if (preprocessor.ok()) {
      text = ApplyHfPreprocessor(*text, *preprocessor);
    } else {
      text = preprocessor.status();
    }
    if (!text.ok()) return InFile(preprocessor_path.string(), text.status());
    break;
  }
  return ParseConfig(*text, path.string(), options);
}

// The config of a hub folder.
absl::StatusOr<HubConfig> LoadConfig(const fs::path& path,
                                     const LoadPretrainedOptions& options) {
  const absl::StatusOr<std::string> text = ReadConfigFile(path);
  if (!text.ok()) return InFile(path.string(), text.status());
  return ParseConfig(*text, path.string(), options);
}

absl::StatusOr<Checkpoint> LoadCheckpoint(
    const std::string& path, const LoadPretrainedOptions& options) {
  ReadCheckpointOptions read_options;
  read_options.use_ema = options.use_ema;
  absl::StatusOr<Checkpoint> checkpoint = ReadCheckpoint(path, read_options);
  if (!checkpoint.ok()) return InFile(path, checkpoint.status());
  auto converted = ConvertStateDict(checkpoint->state_dict);
  if (!converted.ok()) return InFile(path, converted.status());
  checkpoint->state_dict = *std::move(converted);
  return checkpoint;
}

absl::StatusOr<Pretrained> LoadFolder(const fs::path& directory,
                                      const LoadPretrainedOptions& options) {
  fs::path config_path = directory / kConfigName;
  const fs::path hf_path = directory / kHfConfigName;
  std::error_code error;
  // A folder with both has open_clip's own for what open_clip would load.
  const bool is_hf =
      !fs::exists(config_path, error) && fs::exists(hf_path, error);
  if (is_hf) config_path = hf_path;
  CLIP_ASSIGN_OR_RETURN(HubConfig config,
                        is_hf ? LoadHfConfig(config_path, options)
                              : LoadConfig(config_path, options));
  CLIP_ASSIGN_OR_RETURN(const std::string weights_path,
                        FindCheckpoint(directory.string()));
  CLIP_ASSIGN_OR_RETURN(Checkpoint checkpoint,
                        LoadCheckpoint(weights_path, options));
  return Pretrained{std::move(config), std::move(checkpoint.state_dict),
                    config_path.string(), weights_path};
}

absl::StatusOr<Pretrained> LoadFile(const fs::path& path,
                                    const LoadPretrainedOptions& options) {
  CLIP_ASSIGN_OR_RETURN(Checkpoint checkpoint,
                        LoadCheckpoint(path.string(), options));
  const fs::path beside = path.parent_path() / kConfigName;
  std::error_code error;
  if (fs::exists(beside, error)) {
    CLIP_ASSIGN_OR_RETURN(HubConfig config, LoadConfig(beside, options));
    return Pretrained{std::move(config), std::move(checkpoint.state_dict),
                      beside.string(), path.string()};
  }
  if (!checkpoint.is_openai) {
    return absl::InvalidArgumentError(absl::StrCat(
        path.string(),
        ": weights alone do not say what model they are of; put them into a "
        "folder with an ",
        kConfigName));
  }
  const auto inferred = InferOpenAiConfig(checkpoint.state_dict);
  if (!inferred.ok()) return InFile(path.string(), inferred.status());
  CLIP_ASSIGN_OR_RETURN(HubConfig config,
                        ParseConfig(*inferred, path.string(), options));
  return Pretrained{std::move(config), std::move(checkpoint.state_dict),
                    path.string(), path.string()};
}

}  // namespace

absl::Status InFile(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(path, ": ", status.message()));
}

absl::StatusOr<Pretrained> LoadPretrained(
    const std::string& path, const LoadPretrainedOptions& options) {
  std::error_code error;
  if (fs::is_directory(path, error)) return LoadFolder(path, options);
  if (fs::is_regular_file(path, error)) return LoadFile(path, options);
  return absl::NotFoundError(
      absl::StrCat(path, ": there is no such folder or file"));
}

}  // namespace clip::model
