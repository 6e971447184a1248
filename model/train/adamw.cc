#include "model/train/adamw.h"

#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include <cmath>

namespace clip::model {

AdamW::AdamW(const torch::nn::Module& module,
             const std::set<std::string>& no_decay, const AdamWOptions& options)
    : options_(options) {
  for (const auto& item : module.named_parameters()) {
    const at::Tensor& parameter = item.value();
    if (!parameter.requires_grad()) continue;
    const bool decays = parameter.dim() > 1 && no_decay.count(item.key()) == 0;
    entries_.push_back({item.key(), parameter, decays,
                        at::zeros_like(parameter.detach()),
                        at::zeros_like(parameter.detach())});
  }
}

void AdamW::Step(double learning_rate) {
  const c10::NoGradGuard no_grad;
  ++steps_;
  const auto count = static_cast<double>(steps_);
  const double correction1 = 1.0 - std::pow(options_.beta1, count);
  const double correction2 = 1.0 - std::pow(options_.beta2, count);
  const double step_size = learning_rate / correction1;
  for (Entry& entry : entries_) {
    const at::Tensor& gradient = entry.parameter.grad();
    if (!gradient.defined()) continue;
    if (entry.decays) {
      entry.parameter.mul_(1.0 - learning_rate * options_.weight_decay);
    }
    entry.exp_avg.lerp_(gradient, 1.0 - options_.beta1);
    entry.exp_avg_sq.mul_(options_.beta2)
        .addcmul_(gradient, gradient, 1.0 - options_.beta2);
    const at::Tensor root =
        entry.exp_avg_sq.sqrt().div_(std::sqrt(correction2)).add_(options_.eps);
    entry.parameter.addcdiv_(entry.exp_avg, root, -step_size);
  }
}

void AdamW::ZeroGrad() {
  for (Entry& entry : entries_) entry.parameter.mutable_grad().reset();
}

}  // namespace clip::model
