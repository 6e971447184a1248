#ifndef MODEL_TOWERS_TIMM_MLP_H_
#define MODEL_TOWERS_TIMM_MLP_H_

#include <ATen/core/TensorBody.h>

#include "model/layers/linear.h"
#include "model/towers/timm/mlp_layer.h"

namespace clip::model::timm {

// timm's Mlp. Keys: fc1.*, fc2.*.
class Mlp : public MlpLayer {
 public:
  Mlp(const MlpOptions& mlp, const ParameterOptions& options);

  at::Tensor forward(const at::Tensor& x) override;

 private:
  Activation activation_;
  Linear fc1_ = nullptr;
  Linear fc2_ = nullptr;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_MLP_H_
