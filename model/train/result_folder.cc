#include "model/train/result_folder.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/train/train_checkpoint.h"

namespace clip::model {

namespace fs = std::filesystem;

absl::Status CreateResultFolder(const std::string& folder,
                                const std::string& source) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat(folder, ": cannot be created: ", error.message()));
  }
  if (fs::equivalent(folder, source, error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(folder, ": is the folder of the model itself"));
  }
  return absl::OkStatus();
}

absl::Status WriteHubFolder(const std::string& folder,
                            const std::string& source,
                            const ContrastiveModel& model) {
  const fs::path to(folder);
  CLIP_RETURN_IF_ERROR(
      SaveWeights((to / "open_clip_model.safetensors").string(), model));
  // The architecture is the same, and so are config and tokenizer.
  for (const char* name :
       {"open_clip_config.json", "tokenizer.json", "tokenizer_config.json",
        "special_tokens_map.json", "vocab.json", "merges.txt", "vocab.txt",
        "tokenizer.model", "spiece.model", "sentencepiece.bpe.model"}) {
    const fs::path file = fs::path(source) / name;
    std::error_code error;
    if (!fs::exists(file, error)) continue;
    fs::copy_file(file, to / name, fs::copy_options::overwrite_existing, error);
    if (error) {
      return absl::ResourceExhaustedError(
          absl::StrCat((to / name).string(), ": ", error.message()));
    }
  }
  return absl::OkStatus();
}

}  // namespace clip::model
