#ifndef MODEL_TOWERS_TIMM_GE_GLU_MLP_H_
#define MODEL_TOWERS_TIMM_GE_GLU_MLP_H_

#include <ATen/core/TensorBody.h>

#include "model/layers/layer_norm.h"
#include "model/layers/linear.h"
#include "model/towers/timm/mlp_layer.h"

namespace clip::model::timm {

// timm's GeGluMlp, with a norm of its own behind that of the block. Keys:
// norm.*, w0.*, w1.*, w2.*.
class GeGluMlp : public MlpLayer {
 public:
  GeGluMlp(const MlpOptions& mlp, const ParameterOptions& options);

  at::Tensor forward(const at::Tensor& x) override;

 private:
  Activation activation_;
  LayerNorm norm_ = nullptr;
  Linear w0_ = nullptr;
  Linear w1_ = nullptr;
  Linear w2_ = nullptr;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_GE_GLU_MLP_H_
