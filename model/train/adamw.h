#ifndef MODEL_TRAIN_ADAMW_H_
#define MODEL_TRAIN_ADAMW_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace clip::model {

struct AdamWOptions {
  // Share of the moments that a step keeps.
  double beta1 = 0.9;
  double beta2 = 0.98;
  // Added to the root of the second moment.
  double eps = 1e-6;
  // Share of a weight that a step takes away, times the learning rate.
  double weight_decay = 0.2;
};

// torch.optim.AdamW over open_clip's two groups: weight decay spares
// parameters of at most one dimension (biases, norms, logit_scale) and those
// that the model names. Frozen parameters are left out.
//
// Throws as LibTorch does. Not thread-safe.
class AdamW {
 public:
  // One parameter with its moments.
  struct Entry {
    std::string name;
    at::Tensor parameter;
    bool decays = false;
    at::Tensor exp_avg;
    at::Tensor exp_avg_sq;
  };

  AdamW(const torch::nn::Module& module, const std::set<std::string>& no_decay,
        const AdamWOptions& options);

  // One step with the gradients of the parameters; one without a gradient
  // stays.
  void Step(double learning_rate);

  void ZeroGrad();

  std::vector<Entry>& entries() { return entries_; }

  // Steps so far; equal for all parameters.
  int64_t steps() const { return steps_; }
  void set_steps(int64_t steps) { steps_ = steps; }

 private:
  const AdamWOptions options_;
  std::vector<Entry> entries_;
  int64_t steps_ = 0;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_ADAMW_H_
