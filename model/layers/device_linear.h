#ifndef MODEL_LAYERS_DEVICE_LINEAR_H_
#define MODEL_LAYERS_DEVICE_LINEAR_H_

#include <ATen/core/TensorBody.h>

#include <memory>
#include <utility>

#include "model/layers/device_kernels.h"
#include "model/layers/packed_linear.h"

namespace clip::model {

// A weight as it is, multiplied by the kernels of its device.
class DeviceLinear : public PackedLinear {
 public:
  // `weight` [out, in]. REQUIRES: kernels->SuitsLinear(weight)
  DeviceLinear(const at::Tensor& weight,
               std::shared_ptr<const DeviceKernels> kernels)
      : weight_(weight.detach()), kernels_(std::move(kernels)) {}

  at::Tensor Forward(const at::Tensor& x, const at::Tensor& bias,
                     const LinearEpilogue& epilogue) const override {
    return kernels_->Linear(x, weight_, bias, epilogue);
  }

 private:
  // The values only: the parameter itself is emptied.
  at::Tensor weight_;
  std::shared_ptr<const DeviceKernels> kernels_;
};

}  // namespace clip::model

#endif  // MODEL_LAYERS_DEVICE_LINEAR_H_
