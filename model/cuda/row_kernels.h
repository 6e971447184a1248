#ifndef MODEL_CUDA_ROW_KERNELS_H_
#define MODEL_CUDA_ROW_KERNELS_H_

#include <cuda_runtime_api.h>

#include <cstdint>

#include "model/config/activation.h"

namespace clip::model::cuda {

// 16-bit floating types, by which the kernels are compiled.
enum class HalfType { kBFloat16, kFloat16 };

// What a warp keeps of a row in its registers.
inline constexpr int64_t kMaxNormWidth = 2048;
// Values that a thread reads at a time.
inline constexpr int64_t kVectorWidth = 8;

// Rows of 16-bit values, `stride` values apart, each row 16-byte aligned.
struct NormArguments {
  const void* input = nullptr;
  int64_t stride = 0;
  // [width]; `bias` may be null.
  const float* weight = nullptr;
  const float* bias = nullptr;
  float eps = 0;
  int64_t rows = 0;
  // A multiple of kVectorWidth, at most kMaxNormWidth.
  int64_t width = 0;
  // [rows, width], contiguous.
  void* output = nullptr;
};

// Norms each row in float32. Returns what starting the kernel returned.
cudaError_t LayerNormRows(HalfType type, const NormArguments& arguments,
                          cudaStream_t stream);

// Replaces each of `count` values, 16-byte aligned, by its activation, computed
// in float32. Returns what starting the kernel returned.
cudaError_t ActivateInPlace(HalfType type, Activation activation, void* values,
                            int64_t count, cudaStream_t stream);

}  // namespace clip::model::cuda

#endif  // MODEL_CUDA_ROW_KERNELS_H_
