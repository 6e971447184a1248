#include "model/cuda/blas_products.h"

#include <ATen/cuda/CUDAContextLight.h>
#include <ATen/cuda/Exceptions.h>
#include <ATen/ops/empty.h>
#include <c10/cuda/CUDAStream.h>

namespace clip::model::cuda {
namespace {

// What NVIDIA recommends for Hopper; LibTorch's allocator hands it out again
// for the next product of the stream.
constexpr int64_t kWorkspaceBytes = int64_t{32} << 20;

cudaDataType_t TypeOf(c10::ScalarType dtype) {
  return dtype == c10::kHalf ? CUDA_R_16F : CUDA_R_16BF;
}

// What cuBLASLt takes for granted when it recommends a kernel.
at::Tensor Aligned(const at::Tensor& x) {
  constexpr uintptr_t kBytes = 256;
  if (!x.defined()) return x;
  const at::Tensor y = x.contiguous();
  const auto address = reinterpret_cast<uintptr_t>(y.const_data_ptr());
  return address % kBytes == 0 ? y : y.clone();
}

int PartsOf(const Product& product) {
  return (product.bias.defined() ? 1 : 0) |
         (product.residual.defined() ? 2 : 0) | (product.gelu_tanh ? 4 : 0);
}

cublasLtEpilogue_t EpilogueOf(const Product& product) {
  if (product.gelu_tanh) {
    return product.bias.defined() ? CUBLASLT_EPILOGUE_GELU_BIAS
                                  : CUBLASLT_EPILOGUE_GELU;
  }
  return product.bias.defined() ? CUBLASLT_EPILOGUE_BIAS
                                : CUBLASLT_EPILOGUE_DEFAULT;
}

void Check(const Product& product) {
  const auto dtype = product.x.scalar_type();
  const auto fits = [&](const at::Tensor& part, at::IntArrayRef sizes) {
    return !part.defined() ||
           (part.scalar_type() == dtype && part.sizes() == sizes);
  };
  const int64_t out = product.weight.size(0);
  TORCH_CHECK(dtype == c10::kBFloat16 || dtype == c10::kHalf, "a product of ",
              dtype);
  TORCH_CHECK(fits(product.weight, {out, product.x.size(1)}) &&
                  fits(product.bias, {out}) &&
                  fits(product.residual, {product.x.size(0), out}),
              "a product of ", product.x.sizes(), " and ",
              product.weight.sizes(), " with parts that do not fit");
}

template <typename T>
void SetAttribute(cublasLtMatmulDescOpaque_t& operation,
                  cublasLtMatmulDescAttributes_t name, const T& value) {
  TORCH_CUDABLAS_CHECK(
      cublasLtMatmulDescSetAttribute(&operation, name, &value, sizeof(value)));
}

}  // namespace

// cuBLASLt counts columns first: to it a row-major matrix is its transpose, so
// it computes y^T = weight x^T.
struct BlasProducts::Call {
  explicit Call(const Product& product);

  cublasLtMatmulDescOpaque_t operation;
  cublasLtMatrixLayoutOpaque_t weight;
  cublasLtMatrixLayoutOpaque_t x;
  cublasLtMatrixLayoutOpaque_t y;
};

BlasProducts::Call::Call(const Product& product) {
  const int64_t rows = product.x.size(0);
  const int64_t in = product.x.size(1);
  const int64_t out = product.weight.size(0);
  const cudaDataType_t type = TypeOf(product.x.scalar_type());
  TORCH_CUDABLAS_CHECK(
      cublasLtMatmulDescInit(&operation, CUBLAS_COMPUTE_32F, CUDA_R_32F));
  SetAttribute(operation, CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
  SetAttribute(operation, CUBLASLT_MATMUL_DESC_EPILOGUE, EpilogueOf(product));
  if (product.bias.defined()) {
    const void* const bias = product.bias.const_data_ptr();
    SetAttribute(operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
  }
  TORCH_CUDABLAS_CHECK(cublasLtMatrixLayoutInit(&weight, type, in, out, in));
  TORCH_CUDABLAS_CHECK(cublasLtMatrixLayoutInit(&x, type, in, rows, in));
  TORCH_CUDABLAS_CHECK(cublasLtMatrixLayoutInit(&y, type, out, rows, out));
}

cublasLtMatmulAlgo_t BlasProducts::AlgorithmOf(const Product& product,
                                               const Call& call) const {
  const Shape shape = {
      product.x.get_device(), static_cast<int>(product.x.scalar_type()),
      product.x.size(0),      product.x.size(1),
      product.weight.size(0), PartsOf(product)};
  // A bound for servers that meet every batch size and length.
  constexpr size_t kMaxShapes = 16384;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (algorithms_.size() >= kMaxShapes) algorithms_.clear();
  const auto found = algorithms_.find(shape);
  if (found != algorithms_.end()) return found->second;

  cublasLtMatmulPreferenceOpaque_t preference;
  TORCH_CUDABLAS_CHECK(cublasLtMatmulPreferenceInit(&preference));
  const size_t workspace = kWorkspaceBytes;
  TORCH_CUDABLAS_CHECK(cublasLtMatmulPreferenceSetAttribute(
      &preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace,
      sizeof(workspace)));
  // Parts of a sum are added in float32, too, before they are rounded.
  const uint32_t reductions = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
  TORCH_CUDABLAS_CHECK(cublasLtMatmulPreferenceSetAttribute(
      &preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &reductions,
      sizeof(reductions)));
  cublasLtMatmulHeuristicResult_t best = {};
  int count = 0;
  Call asked = call;
  TORCH_CUDABLAS_CHECK(cublasLtMatmulAlgoGetHeuristic(
      at::cuda::getCurrentCUDABlasLtHandle(), &asked.operation, &asked.weight,
      &asked.x, &asked.y, &asked.y, &preference, 1, &best, &count));
  TORCH_CHECK(count > 0, "cuBLASLt has no kernel for a product of ",
              product.x.sizes(), " and ", product.weight.sizes());
  return algorithms_[shape] = best.algo;
}

at::Tensor BlasProducts::Multiply(Product product) const {
  Check(product);
  product.x = Aligned(product.x);
  product.weight = Aligned(product.weight);
  product.bias = Aligned(product.bias);
  product.residual = Aligned(product.residual);
  at::Tensor y = at::empty({product.x.size(0), product.weight.size(0)},
                           product.x.options());
  if (y.numel() == 0) return y;
  Call call(product);
  const cublasLtMatmulAlgo_t algorithm = AlgorithmOf(product, call);
  const at::Tensor workspace =
      at::empty({kWorkspaceBytes}, product.x.options().dtype(c10::kByte));
  const float one = 1;
  const float beta = product.residual.defined() ? 1 : 0;
  const void* const added = product.residual.defined()
                                ? product.residual.const_data_ptr()
                                : y.const_data_ptr();
  TORCH_CUDABLAS_CHECK(cublasLtMatmul(
      at::cuda::getCurrentCUDABlasLtHandle(), &call.operation, &one,
      product.weight.const_data_ptr(), &call.weight, product.x.const_data_ptr(),
      &call.x, &beta, added, &call.y, y.mutable_data_ptr(), &call.y, &algorithm,
      workspace.mutable_data_ptr(), kWorkspaceBytes,
      c10::cuda::getCurrentCUDAStream()));
  return y;
}

}  // namespace clip::model::cuda
