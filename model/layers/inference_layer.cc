#include "model/layers/inference_layer.h"

#include <c10/core/GradMode.h>

#include <memory>

namespace clip::model {

void PrepareForInference(torch::nn::Module& module,
                         const InferenceOptions& options) {
  const c10::NoGradGuard no_grad;
  // apply() needs no shared ownership of the module itself, modules() does.
  module.apply([&](torch::nn::Module& layer) {
    auto* const prepared = dynamic_cast<InferenceLayer*>(&layer);
    if (prepared != nullptr) prepared->PrepareForInference(options);
  });
}

}  // namespace clip::model
