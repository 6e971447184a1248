#ifndef MODEL_TOWERS_TIMM_MLP_LAYER_H_
#define MODEL_TOWERS_TIMM_MLP_LAYER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <memory>

#include "model/config/activation.h"
#include "model/layers/parameter_options.h"

namespace clip::model::timm {

enum class MlpKind {
  // fc1, activation, fc2.
  kMlp,
  // ViTamin's: norm, activation(w0) * w1, w2.
  kGeGluMlp,
  // EVA-02's: silu(fc1_g) * fc1_x, norm, fc2.
  kSwiGlu,
};

struct MlpOptions {
  MlpKind kind = MlpKind::kMlp;
  int64_t width = 768;
  int64_t hidden_width = 3072;
  // Of kMlp and kGeGluMlp.
  Activation activation = Activation::kGelu;
  // Of kGeGluMlp and kSwiGlu.
  double norm_eps = 1e-6;
};

// The second half of a block: timm's mlp_layer, registered as `mlp`.
class MlpLayer : public torch::nn::Module {
 public:
  // [..., width] -> [..., width]
  virtual at::Tensor forward(const at::Tensor& x) = 0;
};

std::shared_ptr<MlpLayer> CreateMlpLayer(const MlpOptions& mlp,
                                         const ParameterOptions& options);

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_MLP_LAYER_H_
