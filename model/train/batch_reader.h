#ifndef MODEL_TRAIN_BATCH_READER_H_
#define MODEL_TRAIN_BATCH_READER_H_

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/config/preprocess_config.h"
#include "model/train/pair_loader.h"
#include "model/train/train_task.h"

namespace clip::model {

struct BatchReaderOptions {
  PairLoaderOptions loader;
  // Size of the pictures.
  PreprocessConfig preprocess;
  int64_t batch_size = 1;
  // Where the tensors go.
  c10::Device device{c10::kCPU};
  // Of this process: bad pairs of this epoch so far, all of its pairs, and the
  // share of them that may be bad.
  int64_t bad_pairs = 0;
  int64_t pairs_per_epoch = 0;
  double max_bad_share = 0.0;
  // Hears of each bad pair; may be empty.
  std::function<void(const std::string& message)> on_bad_pair;
};

// The batches of an epoch. Bad pairs are skipped and counted. Not thread-safe.
class BatchReader {
 public:
  explicit BatchReader(BatchReaderOptions options);

  // The next `count` batches. FAILED_PRECONDITION where too many pairs are
  // bad.
  absl::StatusOr<std::vector<Batch>> Next(int64_t count);

  // Pairs of the epoch that were taken, bad ones included, and the bad ones.
  int64_t position() const { return loader_.position(); }
  int64_t bad_pairs() const { return bad_pairs_; }

 private:
  absl::StatusOr<Batch> NextBatch();
  absl::StatusOr<LoadedPair> NextGoodPair();

  const BatchReaderOptions options_;
  PairLoader loader_;
  int64_t bad_pairs_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_BATCH_READER_H_
