#ifndef MODEL_CUDA_BLAS_PRODUCTS_H_
#define MODEL_CUDA_BLAS_PRODUCTS_H_

#include <ATen/core/TensorBody.h>
#include <cublasLt.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <tuple>

namespace clip::model::cuda {

// y = x weight^T and what cuBLASLt does in the same kernel.
struct Product {
  // [rows, in]
  at::Tensor x;
  // [out, in], of x's type.
  at::Tensor weight;
  // [out], or undefined.
  at::Tensor bias;
  // Added, [rows, out], or undefined.
  at::Tensor residual;
  // GELU's tanh approximation of y. Not along with a residual.
  bool gelu_tanh = false;
};

// Products of bfloat16 or float16 matrices by cuBLASLt, summed in float32 and
// rounded once, the residual included, where LibTorch's operators round twice.
// `in` and `out` are multiples of kProductStep, so that rows are aligned; what
// is not contiguous or not aligned is copied.
//
// Thread-safe. Which kernel cuBLASLt recommends for a shape is asked once.
class BlasProducts {
 public:
  static constexpr int64_t kProductStep = 8;

  // [rows, out]; started on LibTorch's current stream. Throws as LibTorch does.
  at::Tensor Multiply(Product product) const;

 private:
  // Device, type, rows, in, out, and which parts there are.
  using Shape = std::tuple<int, int, int64_t, int64_t, int64_t, int>;
  struct Call;

  cublasLtMatmulAlgo_t AlgorithmOf(const Product& product,
                                   const Call& call) const;

  mutable std::mutex mutex_;
  mutable std::map<Shape, cublasLtMatmulAlgo_t> algorithms_;
};

}  // namespace clip::model::cuda

#endif  // MODEL_CUDA_BLAS_PRODUCTS_H_
