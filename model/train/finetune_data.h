#ifndef MODEL_TRAIN_FINETUNE_DATA_H_
#define MODEL_TRAIN_FINETUNE_DATA_H_

#include <memory>

#include "absl/status/statusor.h"
#include "model/train/csv_pairs.h"
#include "model/train/finetune.h"
#include "model/train/pair_source.h"

namespace clip::model {

// The data sets of a run; those that were not asked for are null.
struct FinetuneData {
  std::unique_ptr<PairSource> train;
  std::unique_ptr<PairSource> val;
  // Pictures and their classes.
  std::unique_ptr<CsvPairs> zeroshot;
};

// Tells the observer how many samples are left out. Errors: as CsvPairs and
// WebDatasetPairs; INVALID_ARGUMENT where a name does not tell the type.
absl::StatusOr<FinetuneData> OpenFinetuneData(const FinetuneOptions& options,
                                              const FinetuneObserver& observer);

}  // namespace clip::model

#endif  // MODEL_TRAIN_FINETUNE_DATA_H_
