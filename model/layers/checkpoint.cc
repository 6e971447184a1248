#include "model/layers/checkpoint.h"

#include <ATen/autocast_mode.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

namespace clip::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Whether and how autocast is on for one kind of device.
class AutocastState {
 public:
  explicit AutocastState(c10::DeviceType device)
      : device_(device),
        enabled_(at::autocast::is_autocast_enabled(device)),
        dtype_(at::autocast::get_autocast_dtype(device)) {}

  void Restore() const {
    at::autocast::set_autocast_enabled(device_, enabled_);
    at::autocast::set_autocast_dtype(device_, dtype_);
  }

 private:
  c10::DeviceType device_;
  bool enabled_;
  c10::ScalarType dtype_;
};

// What the backward pass needs to run the block once more.
struct Recomputation : torch::CustomClassHolder {
  Recomputation(CheckpointedBlock block, c10::DeviceType device)
      : block(std::move(block)), autocast(device) {}

  CheckpointedBlock block;
  AutocastState autocast;
};

class CheckpointFunction
    : public torch::autograd::Function<CheckpointFunction> {
 public:
  // `anchor` makes autograd record the call where no input needs a gradient,
  // but parameters inside the block do.
  static at::Tensor forward(AutogradContext* context,
                            const at::Tensor& /*anchor*/, at::TensorList inputs,
                            const c10::intrusive_ptr<Recomputation>& run) {
    context->save_for_backward(inputs.vec());
    context->saved_data["run"] = c10::IValue::make_capsule(run);
    return run->block(inputs.vec());
  }

  static variable_list backward(AutogradContext* context,
                                const variable_list& gradients) {
    const auto capsule = context->saved_data["run"].toCapsule();
    const auto* run = static_cast<Recomputation*>(capsule.get());
    std::vector<at::Tensor> inputs;
    for (const at::Tensor& saved : context->get_saved_variables()) {
      inputs.push_back(saved.detach());
      inputs.back().set_requires_grad(saved.requires_grad());
    }
    at::Tensor output;
    {
      const at::AutoGradMode record(true);
      const AutocastState before(inputs.front().device().type());
      run->autocast.Restore();
      output = run->block(inputs);
      before.Restore();
      at::autocast::clear_cache();
    }
    torch::autograd::backward({output}, {gradients.at(0)});
    // None for the anchor, one for each input, none for the block.
    variable_list result(1);
    for (const at::Tensor& input : inputs) result.push_back(input.grad());
    result.emplace_back();
    return result;
  }
};

}  // namespace

at::Tensor Checkpoint(const CheckpointedBlock& block,
                      const std::vector<at::Tensor>& inputs) {
  if (!c10::GradMode::is_enabled()) return block(inputs);
  const at::Tensor anchor = at::empty({0}).set_requires_grad(true);
  // A list, not a vector: autograd takes the tensors of no vector for inputs.
  return CheckpointFunction::apply(anchor, at::TensorList(inputs),
                                   c10::make_intrusive<Recomputation>(
                                       block, inputs.front().device().type()));
}

}  // namespace clip::model
