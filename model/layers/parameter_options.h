#ifndef MODEL_LAYERS_PARAMETER_OPTIONS_H_
#define MODEL_LAYERS_PARAMETER_OPTIONS_H_

#include <ATen/core/TensorBody.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>
#include <c10/core/TensorOptions.h>

namespace clip::model {

// Where and how layers create their parameters. open_clip's precision modes
// fp32, fp16 and bf16 differ in `matrix_dtype` only: what multiplies matrices
// (linear layers, convolutions, attention, projections) is stored and run in
// it, while norms, embeddings and the logit scale stay float32.
//
// Parameters come uninitialized: a checkpoint fills them.
struct ParameterOptions {
  c10::Device device = c10::Device(c10::kCPU);
  c10::ScalarType matrix_dtype = c10::kFloat;

  at::TensorOptions Matrix() const {
    return at::TensorOptions().device(device).dtype(matrix_dtype);
  }
  at::TensorOptions Float() const {
    return at::TensorOptions().device(device).dtype(c10::kFloat);
  }
};

}  // namespace clip::model

#endif  // MODEL_LAYERS_PARAMETER_OPTIONS_H_
