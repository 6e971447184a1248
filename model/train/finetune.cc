#include "model/train/finetune.h"

#include "model/base/status_macros.h"
#include "model/train/finetune_run.h"

namespace clip::model {

absl::Status Finetune(const FinetuneOptions& options,
                      const FinetuneObserver& observer) {
  CLIP_ASSIGN_OR_RETURN(const auto run, FinetuneRun::Create(options, observer));
  return run->Train();
}

}  // namespace clip::model
