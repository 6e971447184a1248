#include "model/train/trainer.h"

#include <ATen/Context.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <optional>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/base/torch_status.h"
#include "model/train/autocast.h"
#include "model/train/average_gradients.h"

namespace clip::model {
namespace {

constexpr char kModelPrefix[] = "model.";
constexpr char kFirstMoment[] = "exp_avg.";
constexpr char kSecondMoment[] = "exp_avg_sq.";
constexpr char kSteps[] = "steps";

absl::Status Lock(ContrastiveModel& model, const TrainerOptions& options) {
  const absl::Status status = CatchTorchErrors([&] {
    if (options.lock_image) {
      model.LockImageTower(options.lock_image_unlocked_groups,
                           options.lock_image_freeze_bn_stats);
    }
    if (options.lock_text) {
      model.LockTextTower(options.lock_text_unlocked_layers,
                          options.lock_text_freeze_layer_norm);
    }
    model.SetGradCheckpointing(options.grad_checkpointing);
    model.train();
  });
  // A tower that cannot be locked that way.
  return absl::IsInternal(status) ? absl::InvalidArgumentError(status.message())
                                  : status;
}

at::Tensor Sum(const std::vector<LossTerm>& terms) {
  at::Tensor sum = terms.front().value;
  for (size_t i = 1; i < terms.size(); ++i) sum = sum + terms[i].value;
  return sum;
}

void Detach(std::vector<LossTerm>& terms) {
  for (LossTerm& term : terms) term.value = term.value.detach();
}

// Copies a stored tensor into one of the same shape and type.
absl::Status CopyStored(const StateDict& state, const std::string& name,
                        const at::Tensor& target) {
  const auto found = state.tensors().find(name);
  if (found == state.tensors().end()) {
    return absl::InvalidArgumentError(absl::StrCat("has no tensor ", name));
  }
  const TensorView& view = found->second;
  const bool same_type =
      (target.scalar_type() == at::kFloat &&
       view.dtype == TensorDtype::kFloat32) ||
      (target.scalar_type() == at::kLong && view.dtype == TensorDtype::kInt64);
  if (!same_type || at::IntArrayRef(view.shape) != target.sizes()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " does not fit the model"));
  }
  const at::Tensor copy =
      at::zeros(target.sizes(), target.options().device(at::kCPU));
  if (!view.bytes.empty()) {
    std::memcpy(copy.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
  }
  const c10::NoGradGuard no_grad;
  target.copy_(copy);
  return absl::OkStatus();
}

std::vector<std::pair<std::string, at::Tensor>> NamedTensors(
    const torch::nn::Module& module) {
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const auto& item : module.named_parameters()) {
    tensors.emplace_back(item.key(), item.value());
  }
  for (const auto& item : module.named_buffers()) {
    tensors.emplace_back(item.key(), item.value());
  }
  return tensors;
}

// The buffers of a module, which a forward pass changes, as they are now.
class SavedBuffers {
 public:
  explicit SavedBuffers(const torch::nn::Module& module) {
    for (const at::Tensor& buffer : module.buffers()) {
      saved_.emplace_back(buffer, buffer.clone());
    }
  }
  void PutBack() const {
    const c10::NoGradGuard no_grad;
    for (const auto& [buffer, copy] : saved_) buffer.copy_(copy);
  }

 private:
  std::vector<std::pair<at::Tensor, at::Tensor>> saved_;
};

// Of names, shapes and types, in their order.
int64_t HashOfShapes(
    const std::vector<std::pair<std::string, at::Tensor>>& tensors) {
  std::string text;
  for (const auto& [name, tensor] : tensors) {
    absl::StrAppend(&text, name, c10::toString(tensor.scalar_type()));
    for (const int64_t size : tensor.sizes()) absl::StrAppend(&text, " ", size);
  }
  return static_cast<int64_t>(std::hash<std::string>()(text) >> 1U);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Trainer>> Trainer::Create(
    std::shared_ptr<ContrastiveModel> model, const TrainerOptions& options) {
  CLIP_RETURN_IF_ERROR(Lock(*model, options));
  CLIP_ASSIGN_OR_RETURN(auto task,
                        TrainTask::Create(std::move(model), options.task));
  std::unique_ptr<Trainer> trainer;
  // The constructor is private, which make_unique cannot reach.
  CLIP_RETURN_IF_ERROR(CatchTorchErrors(
      [&] { trainer.reset(new Trainer(std::move(task), options)); }));
  return trainer;
}

Trainer::Trainer(std::unique_ptr<TrainTask> task, const TrainerOptions& options)
    : options_(options),
      task_(std::move(task)),
      adamw_(task_->model(), task_->model().NoWeightDecay(), options.adamw) {}

absl::StatusOr<StepReport> Trainer::Step(const std::vector<Batch>& batches) {
  StepReport report;
  bool finite = true;
  std::optional<SavedBuffers> buffers;
  const absl::Status stepped = CatchTorchErrors([&] {
    buffers.emplace(task_->model());
    // So that a run that is resumed draws what it would have drawn.
    // Each process draws for itself.
    const auto rank = static_cast<uint64_t>(RankOf(options_.task.gather.group));
    at::manual_seed(options_.seed + static_cast<uint64_t>(steps()) +
                    (rank << 32U));
    const double rate = options_.schedule.At(steps());
    task_->model().train();
    adamw_.ZeroGrad();
    const std::vector<LossTerm> terms = Backward(batches);
    report = Report(terms, rate);
    finite = std::isfinite(report.loss);
    if (!finite) return;
    AverageGradients(adamw_.entries(), options_.task.gather.group);
    ClipGradients();
    adamw_.Step(rate);
    const c10::NoGradGuard no_grad;
    at::Tensor scale = task_->model().logit_scale();
    // ln 100, as in the paper.
    scale.clamp_(0, std::log(100.0));
    report.logit_scale = std::exp(scale.max().item<double>());
  });
  if (stepped.ok() && finite) return report;
  if (buffers.has_value()) {
    CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] { buffers->PutBack(); }));
  }
  CLIP_RETURN_IF_ERROR(stepped);
  return absl::DataLossError(absl::StrCat("the loss of step ", steps(), " is ",
                                          report.loss,
                                          "; a lower learning rate may help"));
}

std::vector<LossTerm> Trainer::Backward(const std::vector<Batch>& batches) {
  const auto device = batches.front().pixels.device().type();
  std::vector<LossTerm> terms;
  const auto run = [&](const auto& compute) {
    at::Tensor loss;
    {
      const Autocast autocast(device, options_.amp_bf16);
      terms = compute();
      loss = Sum(terms);
    }
    loss.backward();
  };
  if (batches.size() == 1) {
    run([&] { return task_->Compute(batches.front()); });
  } else {
    std::vector<LossInputs> cached;
    {
      const Autocast autocast(device, options_.amp_bf16);
      cached = task_->CacheFeatures(batches);
    }
    for (size_t i = 0; i < batches.size(); ++i) {
      run([&] { return task_->ComputeAccumulated(batches[i], i, cached); });
    }
  }
  Detach(terms);
  return terms;
}

void Trainer::ClipGradients() {
  if (!options_.grad_clip_norm.has_value()) return;
  const c10::NoGradGuard no_grad;
  std::vector<at::Tensor> lengths;
  for (const auto& entry : adamw_.entries()) {
    const at::Tensor& gradient = entry.parameter.grad();
    if (gradient.defined()) {
      lengths.push_back(at::linalg_vector_norm(gradient));
    }
  }
  if (lengths.empty()) return;
  const at::Tensor length = at::linalg_vector_norm(at::stack(lengths));
  // torch.nn.utils.clip_grad_norm_, its small number included.
  const at::Tensor factor =
      (*options_.grad_clip_norm / (length + 1e-6)).clamp_max(1.0);
  for (auto& entry : adamw_.entries()) {
    at::Tensor& gradient = entry.parameter.mutable_grad();
    if (gradient.defined()) gradient.mul_(factor);
  }
}

StepReport Trainer::Report(const std::vector<LossTerm>& terms, double rate) {
  std::vector<at::Tensor> values;
  for (const LossTerm& term : terms) {
    values.push_back(term.value.to(at::kDouble));
  }
  at::Tensor means = at::stack(values);
  ProcessGroup* group = options_.task.gather.group;
  if (WorldSizeOf(group) > 1) {
    means = group->AllReduceSum(means) / group->world_size();
  }
  StepReport report;
  report.learning_rate = rate;
  for (size_t i = 0; i < terms.size(); ++i) {
    const auto value = means[static_cast<int64_t>(i)].item<double>();
    report.terms.emplace_back(terms[i].name, value);
    report.loss += value;
  }
  return report;
}

std::vector<std::pair<std::string, at::Tensor>> Trainer::State() const {
  std::vector<std::pair<std::string, at::Tensor>> state;
  const auto add = [&](const std::string& name, const at::Tensor& tensor) {
    state.emplace_back(name, tensor.detach().to(at::kCPU).contiguous());
  };
  for (const auto& [name, tensor] : NamedTensors(task_->model())) {
    add(kModelPrefix + name, tensor);
  }
  for (const auto& entry : adamw_.entries()) {
    add(kFirstMoment + entry.name, entry.exp_avg);
    add(kSecondMoment + entry.name, entry.exp_avg_sq);
  }
  add(kSteps, at::full({}, adamw_.steps(), at::kLong));
  return state;
}

absl::Status Trainer::TakeStateOfFirst() {
  ProcessGroup* group = options_.task.gather.group;
  if (WorldSizeOf(group) == 1) return absl::OkStatus();
  bool alike = true;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    const c10::NoGradGuard no_grad;
    std::vector<std::pair<std::string, at::Tensor>> tensors =
        NamedTensors(task_->model());
    for (const auto& entry : adamw_.entries()) {
      tensors.emplace_back(kFirstMoment + entry.name, entry.exp_avg);
      tensors.emplace_back(kSecondMoment + entry.name, entry.exp_avg_sq);
    }
    // Tensors of other shapes would be read as one another.
    const at::Tensor own = at::full({}, HashOfShapes(tensors), at::kLong);
    alike = own.equal(group->Broadcast(own));
    const at::Tensor all_alike = group->AllReduceSum(
        at::full({}, static_cast<int64_t>(alike ? 0 : 1), at::kLong));
    alike = all_alike.item<int64_t>() == 0;
    if (!alike) return;
    for (const auto& [name, tensor] : tensors) {
      tensor.copy_(group->Broadcast(tensor));
    }
    adamw_.set_steps(
        group->Broadcast(at::full({}, steps(), at::kLong)).item<int64_t>());
  }));
  return alike ? absl::OkStatus()
               : absl::InvalidArgumentError(
                     "the processes train models that are not alike");
}

absl::Status Trainer::Restore(const StateDict& state) {
  for (const auto& [name, tensor] : NamedTensors(task_->model())) {
    CLIP_RETURN_IF_ERROR(CopyStored(state, kModelPrefix + name, tensor));
  }
  for (auto& entry : adamw_.entries()) {
    CLIP_RETURN_IF_ERROR(
        CopyStored(state, kFirstMoment + entry.name, entry.exp_avg));
    CLIP_RETURN_IF_ERROR(
        CopyStored(state, kSecondMoment + entry.name, entry.exp_avg_sq));
  }
  const at::Tensor steps = at::zeros({}, at::kLong);
  CLIP_RETURN_IF_ERROR(CopyStored(state, kSteps, steps));
  if (steps.item<int64_t>() < 0) {
    return absl::InvalidArgumentError("steps is negative");
  }
  adamw_.set_steps(steps.item<int64_t>());
  return absl::OkStatus();
}

}  // namespace clip::model
