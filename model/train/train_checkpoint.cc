#include "model/train/train_checkpoint.h"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/base/torch_status.h"
#include "model/checkpoint/safetensors_reader.h"
#include "model/checkpoint/safetensors_writer.h"

namespace clip::model {
namespace {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

struct Field {
  const char* name;
  int64_t TrainProgress::*member;
};
constexpr Field kFields[] = {
    {"progress.epoch", &TrainProgress::epoch},
    {"progress.step_in_epoch", &TrainProgress::step_in_epoch},
    {"progress.position", &TrainProgress::position},
    {"progress.bad_pairs", &TrainProgress::bad_pairs},
    {"progress.fingerprint", &TrainProgress::fingerprint},
};

constexpr char kOfRanks[] = "progress.of_ranks";

TensorDtype DtypeOf(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kLong:
      return TensorDtype::kInt64;
    case at::kBFloat16:
      return TensorDtype::kBfloat16;
    case at::kHalf:
      return TensorDtype::kFloat16;
    case at::kDouble:
      return TensorDtype::kFloat64;
    default:
      return TensorDtype::kFloat32;
  }
}

// Views of contiguous tensors on the CPU, which must outlive them.
StateDict::Tensors ViewsOf(const NamedTensors& tensors) {
  StateDict::Tensors views;
  for (const auto& [name, tensor] : tensors) {
    const auto* bytes = static_cast<const uint8_t*>(tensor.const_data_ptr());
    views[name] = {DtypeOf(tensor), tensor.sizes().vec(),
                   absl::MakeConstSpan(bytes, tensor.nbytes())};
  }
  return views;
}

// Empty where one process trained.
absl::StatusOr<std::vector<int64_t>> ReadProgressOfRanks(
    const StateDict& state) {
  std::vector<int64_t> values;
  const auto found = state.tensors().find(kOfRanks);
  if (found == state.tensors().end()) return values;
  const TensorView& view = found->second;
  if (view.dtype != TensorDtype::kInt64 || view.shape.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(kOfRanks, " is no row of integers"));
  }
  values.resize(view.bytes.size() / sizeof(int64_t));
  if (values.empty()) return values;
  std::memcpy(values.data(), view.bytes.data(), view.bytes.size());
  if (*std::min_element(values.begin(), values.end()) < 0) {
    return absl::InvalidArgumentError("its progress is negative");
  }
  return values;
}

absl::StatusOr<TrainProgress> ReadProgress(const StateDict& state) {
  TrainProgress progress;
  for (const Field& field : kFields) {
    const auto found = state.tensors().find(field.name);
    if (found == state.tensors().end() ||
        found->second.dtype != TensorDtype::kInt64 ||
        found->second.bytes.size() != sizeof(int64_t)) {
      return absl::InvalidArgumentError(absl::StrCat(
          field.name, " is not there; is this a checkpoint of clip_finetune?"));
    }
    std::memcpy(&(progress.*field.member), found->second.bytes.data(),
                sizeof(int64_t));
  }
  if (progress.epoch < 0 || progress.step_in_epoch < 0 ||
      progress.position < 0 || progress.bad_pairs < 0) {
    return absl::InvalidArgumentError("its progress is negative");
  }
  CLIP_ASSIGN_OR_RETURN(progress.of_ranks, ReadProgressOfRanks(state));
  return progress;
}

}  // namespace

absl::Status SaveTrainCheckpoint(const std::string& path,
                                 const Trainer& trainer,
                                 const TrainProgress& progress,
                                 AtomicFile::Hook hook) {
  NamedTensors tensors;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    tensors = trainer.State();
    for (const Field& field : kFields) {
      tensors.emplace_back(field.name,
                           at::full({}, progress.*field.member, at::kLong));
    }
    if (!progress.of_ranks.empty()) {
      tensors.emplace_back(kOfRanks, at::tensor(progress.of_ranks));
    }
  }));
  return WriteSafetensors(path, ViewsOf(tensors), std::move(hook));
}

absl::StatusOr<TrainProgress> LoadTrainCheckpoint(const std::string& path,
                                                  Trainer& trainer) {
  const auto in_file = [&](const absl::Status& status) {
    return absl::Status(status.code(),
                        absl::StrCat(path, ": ", status.message()));
  };
  const auto state = ReadSafetensors(path);
  if (!state.ok()) return in_file(state.status());
  auto progress = ReadProgress(*state);
  if (!progress.ok()) return in_file(progress.status());
  absl::Status restored;
  CLIP_RETURN_IF_ERROR(
      CatchTorchErrors([&] { restored = trainer.Restore(*state); }));
  if (!restored.ok()) return in_file(restored);
  return progress;
}

absl::Status SaveWeights(const std::string& path,
                         const torch::nn::Module& model,
                         AtomicFile::Hook hook) {
  NamedTensors tensors;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    const auto add = [&](const std::string& name, const at::Tensor& tensor) {
      tensors.emplace_back(name, tensor.detach().to(at::kCPU).contiguous());
    };
    for (const auto& item : model.named_parameters()) {
      add(item.key(), item.value());
    }
    for (const auto& item : model.named_buffers()) {
      add(item.key(), item.value());
    }
  }));
  return WriteSafetensors(path, ViewsOf(tensors), std::move(hook));
}

}  // namespace clip::model
