#ifndef MODEL_CUDA_CUDA_KERNELS_H_
#define MODEL_CUDA_CUDA_KERNELS_H_

#include "model/cuda/blas_products.h"
#include "model/layers/device_kernels.h"

namespace clip::model::cuda {

// Products by cuBLASLt with bias, residual and tanh-GELU inside, the other
// activations in place, and norms of 16-bit rows that never lie in memory as
// float32.
class CudaKernels final : public DeviceKernels {
 public:
  bool SuitsLinear(const at::Tensor& weight) const override;
  at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight,
                    const at::Tensor& bias,
                    const LinearEpilogue& epilogue) const override;
  bool SuitsLayerNorm(const at::Tensor& x) const override;
  at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& weight,
                       const at::Tensor& bias, double eps) const override;

 private:
  BlasProducts products_;
};

}  // namespace clip::model::cuda

#endif  // MODEL_CUDA_CUDA_KERNELS_H_
