#include "model/cuda/cuda_kernels.h"

#include <ATen/cuda/CUDAContextLight.h>
#include <ATen/ops/empty.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <memory>
#include <vector>

#include "model/cuda/row_kernels.h"

namespace clip::model::cuda {
namespace {

bool IsHalf(const at::Tensor& x) {
  return x.scalar_type() == c10::kBFloat16 || x.scalar_type() == c10::kHalf;
}

HalfType HalfTypeOf(const at::Tensor& x) {
  return x.scalar_type() == c10::kHalf ? HalfType::kFloat16
                                       : HalfType::kBFloat16;
}

// What a thread's reads need.
bool IsAligned(const at::Tensor& x) {
  constexpr uintptr_t kBytes = 16;
  return reinterpret_cast<uintptr_t>(x.const_data_ptr()) % kBytes == 0;
}

// As rows that may lie apart, as those of the class token do.
at::Tensor AsRows(const at::Tensor& x) {
  const bool lies_as_rows = x.dim() == 2 && x.stride(1) == 1 &&
                            x.stride(0) % kVectorWidth == 0 && IsAligned(x);
  if (lies_as_rows) return x;
  const at::Tensor rows = x.reshape({-1, x.size(-1)}).contiguous();
  return IsAligned(rows) ? rows : rows.clone();
}

}  // namespace

bool CudaKernels::SuitsLinear(const at::Tensor& weight) const {
  constexpr int64_t kStep = BlasProducts::kProductStep;
  return weight.is_cuda() && IsHalf(weight) && weight.dim() == 2 &&
         weight.size(0) % kStep == 0 && weight.size(1) % kStep == 0;
}

at::Tensor CudaKernels::Linear(const at::Tensor& x, const at::Tensor& weight,
                               const at::Tensor& bias,
                               const LinearEpilogue& epilogue) const {
  const c10::cuda::CUDAGuard guard(x.device());
  const auto& activation = epilogue.activation;
  Product product;
  product.x = x.reshape({-1, x.size(-1)});
  product.weight = weight;
  product.bias = bias;
  if (activation.has_value()) {
    product.gelu_tanh = *activation == Activation::kGeluTanh;
  } else if (epilogue.residual.defined()) {
    product.residual = epilogue.residual.reshape({-1, weight.size(0)});
  }
  at::Tensor y = products_.Multiply(product);
  if (activation.has_value() && !product.gelu_tanh) {
    C10_CUDA_CHECK(ActivateInPlace(HalfTypeOf(y), *activation,
                                   y.mutable_data_ptr(), y.numel(),
                                   c10::cuda::getCurrentCUDAStream()));
  }
  std::vector<int64_t> sizes = x.sizes().vec();
  sizes.back() = weight.size(0);
  y = y.view(sizes);
  const bool is_left = activation.has_value() && epilogue.residual.defined();
  return is_left ? epilogue.residual + y : y;
}

bool CudaKernels::SuitsLayerNorm(const at::Tensor& x) const {
  const int64_t width = x.size(-1);
  return x.is_cuda() && IsHalf(x) && width > 0 && width <= kMaxNormWidth &&
         width % kVectorWidth == 0;
}

at::Tensor CudaKernels::LayerNorm(const at::Tensor& x, const at::Tensor& weight,
                                  const at::Tensor& bias, double eps) const {
  TORCH_CHECK(weight.numel() == x.size(-1) &&
                  (!bias.defined() || bias.numel() == x.size(-1)),
              "a norm of rows of ", x.size(-1), " with ", weight.numel(),
              " factors");
  const c10::cuda::CUDAGuard guard(x.device());
  const at::Tensor rows = AsRows(x);
  at::Tensor output = at::empty(x.sizes(), x.options());
  NormArguments arguments;
  arguments.input = rows.const_data_ptr();
  arguments.stride = rows.stride(0);
  arguments.weight = weight.const_data_ptr<float>();
  if (bias.defined()) arguments.bias = bias.const_data_ptr<float>();
  arguments.eps = static_cast<float>(eps);
  arguments.rows = rows.size(0);
  arguments.width = rows.size(1);
  arguments.output = output.mutable_data_ptr();
  C10_CUDA_CHECK(LayerNormRows(HalfTypeOf(x), arguments,
                               c10::cuda::getCurrentCUDAStream()));
  return output;
}

}  // namespace clip::model::cuda

// Called by name. Left null on a device of an older generation than the kernels
// are compiled for.
extern "C" __attribute__((visibility("default"))) void ClipMakeCudaKernels(
    c10::DeviceIndex device,
    std::shared_ptr<const clip::model::DeviceKernels>& kernels) {
  constexpr int kAmpere = 8;
  if (at::cuda::getDeviceProperties(device)->major < kAmpere) return;
  kernels = std::make_shared<clip::model::cuda::CudaKernels>();
}
