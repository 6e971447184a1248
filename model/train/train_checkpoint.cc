#include "model/train/train_checkpoint.h"

#include <ATen/ops/full.h>

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
