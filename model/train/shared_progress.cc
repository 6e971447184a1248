#include "model/train/shared_progress.h"

#include <ATen/ops/tensor.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/base/torch_status.h"

namespace clip::model {
namespace {

std::vector<int64_t> ToVector(const at::Tensor& tensor) {
  const auto* values = tensor.const_data_ptr<int64_t>();
  return {values, values + tensor.numel()};
}

}  // namespace

absl::Status TakeProgressOfFirst(ProcessGroup& group, TrainProgress& progress) {
  const int64_t own_fingerprint = progress.fingerprint;
  const auto ranks = static_cast<size_t>(group.world_size());
  if (progress.of_ranks.empty()) progress.of_ranks.resize(2 * ranks);
  if (progress.of_ranks.size() != 2 * ranks) {
    return absl::InvalidArgumentError(absl::StrCat("the checkpoint is of ",
                                                   progress.of_ranks.size() / 2,
                                                   " processes, not ", ranks));
  }
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    const std::vector<int64_t> shared =
        ToVector(group.Broadcast(at::tensor(std::vector<int64_t>(
            {progress.epoch, progress.step_in_epoch, progress.fingerprint}))));
    progress.epoch = shared.at(0);
    progress.step_in_epoch = shared.at(1);
    progress.fingerprint = shared.at(2);
    progress.of_ranks =
        ToVector(group.Broadcast(at::tensor(progress.of_ranks)));
  }));
  const auto own = 2 * static_cast<size_t>(group.rank());
  progress.position = progress.of_ranks.at(own);
  progress.bad_pairs = progress.of_ranks.at(own + 1);
  if (progress.fingerprint == own_fingerprint) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "this process has another count of pairs, batch size, accum freq or "
      "seed than rank 0");
}

absl::Status GatherProgress(ProcessGroup& group, TrainProgress& progress) {
  std::vector<int64_t> of_ranks;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    for (const at::Tensor& place : group.AllGather(at::tensor(
             std::vector<int64_t>({progress.position, progress.bad_pairs})))) {
      for (const int64_t value : ToVector(place)) {
        of_ranks.push_back(value);
      }
    }
  }));
  progress.of_ranks = std::move(of_ranks);
  return absl::OkStatus();
}

int64_t AllBadPairs(const TrainProgress& progress) {
  if (progress.of_ranks.empty()) return progress.bad_pairs;
  int64_t sum = 0;
  for (size_t i = 1; i < progress.of_ranks.size(); i += 2) {
    sum += progress.of_ranks[i];
  }
  return sum;
}

}  // namespace clip::model
