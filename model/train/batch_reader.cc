#include "model/train/batch_reader.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/base/torch_status.h"

namespace clip::model {

BatchReader::BatchReader(BatchReaderOptions options)
    : options_(std::move(options)),
      loader_(options_.loader),
      bad_pairs_(options_.bad_pairs) {}

absl::StatusOr<std::vector<Batch>> BatchReader::Next(int64_t count) {
  std::vector<Batch> batches;
  for (int64_t i = 0; i < count; ++i) {
    CLIP_ASSIGN_OR_RETURN(Batch batch, NextBatch());
    batches.push_back(std::move(batch));
  }
  return batches;
}

absl::StatusOr<Batch> BatchReader::NextBatch() {
  const PreprocessConfig& size = options_.preprocess;
  Batch batch;
  absl::Status failed;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    batch.pixels = at::empty(
        {options_.batch_size, 3, size.image_height, size.image_width});
    batch.ids = at::empty(
        {options_.batch_size, options_.loader.tokenizer->context_length()},
        at::kLong);
    auto* pixels = batch.pixels.mutable_data_ptr<float>();
    auto* ids = batch.ids.mutable_data_ptr<int64_t>();
    for (int64_t i = 0; i < options_.batch_size; ++i) {
      const auto pair = NextGoodPair();
      if (!pair.ok()) {
        failed = pair.status();
        return;
      }
      pixels = std::copy(pair->pixels.begin(), pair->pixels.end(), pixels);
      ids = std::copy(pair->ids.begin(), pair->ids.end(), ids);
    }
    batch.pixels = batch.pixels.to(options_.device);
    batch.ids = batch.ids.to(options_.device);
  }));
  CLIP_RETURN_IF_ERROR(failed);
  return batch;
}

absl::StatusOr<LoadedPair> BatchReader::NextGoodPair() {
  const auto pairs = static_cast<double>(options_.pairs_per_epoch);
  while (true) {
    LoadedPair pair = loader_.Next();
    if (pair.status.ok()) return pair;
    ++bad_pairs_;
    const std::string message(pair.status.message());
    if (options_.on_bad_pair) options_.on_bad_pair(message);
    const auto bad = static_cast<double>(bad_pairs_);
    if (bad <= options_.max_bad_share * pairs && bad < pairs) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(bad_pairs_, " of ", options_.pairs_per_epoch,
                     " pairs are bad, more than the share of ",
                     options_.max_bad_share, "; the last: ", message));
  }
}

}  // namespace clip::model
