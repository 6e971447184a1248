#ifndef MODEL_LAYERS_ACTIVATE_H_
#define MODEL_LAYERS_ACTIVATE_H_

#include <ATen/core/TensorBody.h>

#include "model/config/activation.h"

namespace clip::model {

// Applies the activation to each element.
at::Tensor Activate(Activation activation, const at::Tensor& x);

}  // namespace clip::model

#endif  // MODEL_LAYERS_ACTIVATE_H_
