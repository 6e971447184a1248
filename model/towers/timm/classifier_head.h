#ifndef MODEL_TOWERS_TIMM_CLASSIFIER_HEAD_H_
#define MODEL_TOWERS_TIMM_CLASSIFIER_HEAD_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <optional>

#include "model/layers/layer_norm.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/timm_trunk.h"

namespace clip::model {

// timm's ClassifierHead: the mean over all pixels and, where the trunk has a
// classifier, a linear layer. With a norm between them it is its
// NormMlpClassifierHead. Keys: fc.*, norm.*.
//
// Throws for a pool that is not "avg".
class ClassifierHeadImpl : public torch::nn::Module {
 public:
  ClassifierHeadImpl(int64_t width, const TimmTrunkOptions& trunk,
                     const ParameterOptions& options,
                     std::optional<double> norm_eps = std::nullopt);

  int64_t output_width() const { return output_width_; }

  // [N, width, H, W] -> [N, output_width]
  at::Tensor forward(const at::Tensor& x);

 private:
  int64_t output_width_;
  // Empty without a norm.
  LayerNorm norm_ = nullptr;
  // Empty without a classifier.
  Linear fc_ = nullptr;
};
TORCH_MODULE(ClassifierHead);

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_CLASSIFIER_HEAD_H_
