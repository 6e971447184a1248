#ifndef MODEL_TOWERS_TIMM_SWI_GLU_H_
#define MODEL_TOWERS_TIMM_SWI_GLU_H_

#include <ATen/core/TensorBody.h>

#include "model/layers/layer_norm.h"
#include "model/layers/linear.h"
#include "model/towers/timm/mlp_layer.h"

namespace clip::model::timm {

// timm's SwiGLU with a norm. Keys: fc1_g.*, fc1_x.*, norm.*, fc2.*.
class SwiGlu : public MlpLayer {
 public:
  SwiGlu(const MlpOptions& mlp, const ParameterOptions& options);

  at::Tensor forward(const at::Tensor& x) override;

 private:
  Linear fc1_g_ = nullptr;
  Linear fc1_x_ = nullptr;
  LayerNorm norm_ = nullptr;
  Linear fc2_ = nullptr;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_SWI_GLU_H_
