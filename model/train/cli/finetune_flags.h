#ifndef MODEL_TRAIN_CLI_FINETUNE_FLAGS_H_
#define MODEL_TRAIN_CLI_FINETUNE_FLAGS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/train/finetune.h"

namespace clip::model {

// What clip_finetune was asked to do.
struct FinetuneCommand {
  // Without what the environment says about several processes.
  FinetuneOptions options;
  // Processes to start on this machine; 1 = train in this one.
  int nproc = 1;
  // Text of --help, to be printed instead of training.
  std::optional<std::string> print_and_exit;
};

// Reads clip_finetune's flags; `arguments` come without the program's name.
// INVALID_ARGUMENT with one line that names the flag.
absl::StatusOr<FinetuneCommand> ParseFinetuneFlags(
    const std::vector<std::string>& arguments);

}  // namespace clip::model

#endif  // MODEL_TRAIN_CLI_FINETUNE_FLAGS_H_
