#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <iterator>

#include "model/cuda/row_kernels.h"

namespace clip::model::cuda {
namespace {

constexpr int kWarp = 32;
constexpr int kWarpsPerBlock = 4;
constexpr int kBlock = kWarp * kWarpsPerBlock;

__device__ float ToFloat(__nv_bfloat16 x) { return __bfloat162float(x); }
__device__ float ToFloat(__half x) { return __half2float(x); }
__device__ void Round(float x, __nv_bfloat16& to) { to = __float2bfloat16(x); }
__device__ void Round(float x, __half& to) { to = __float2half(x); }

// 16 bytes, which a thread moves at once.
template <typename T>
struct alignas(16) Vector {
  T values[kVectorWidth];
};

__device__ float SumOfWarp(float x) {
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    x += __shfl_xor_sync(0xffffffff, x, offset);
  }
  return x;
}

// A warp's row: lane `l` has the vectors l, l + 32 and so on.
template <typename T, int kVectors>
struct WarpRow {
  float values[kVectors][kVectorWidth];

  __device__ void Load(const T* row, int vectors, int lane) {
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
      const int at = v * kWarp + lane;
      Vector<T> loaded = {};
      if (at < vectors) loaded = reinterpret_cast<const Vector<T>*>(row)[at];
#pragma unroll
      for (int i = 0; i < kVectorWidth; ++i) {
        values[v][i] = ToFloat(loaded.values[i]);
      }
    }
  }

  __device__ float Mean(float width) const {
    float sum = 0;
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
#pragma unroll
      for (int i = 0; i < kVectorWidth; ++i) sum += values[v][i];
    }
    return SumOfWarp(sum) / width;
  }

  __device__ float Variance(float mean, float width, int vectors,
                            int lane) const {
    float sum = 0;
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
      if (v * kWarp + lane >= vectors) continue;
#pragma unroll
      for (int i = 0; i < kVectorWidth; ++i) {
        const float difference = values[v][i] - mean;
        sum += difference * difference;
      }
    }
    return SumOfWarp(sum) / width;
  }
};

// Eight floats, read by 16 bytes; zeros where there are none.
struct Parameters {
  float values[kVectorWidth] = {};

  __device__ void Load(const float* from, int vector) {
    if (from == nullptr) return;
    const float4* const quarters = reinterpret_cast<const float4*>(from);
    const float4 low = __ldg(quarters + 2 * vector);
    const float4 high = __ldg(quarters + 2 * vector + 1);
    values[0] = low.x, values[1] = low.y, values[2] = low.z, values[3] = low.w;
    values[4] = high.x, values[5] = high.y;
    values[6] = high.z, values[7] = high.w;
  }
};

// A row for each warp.
template <typename T, int kVectors>
__global__ void __launch_bounds__(kBlock)
    LayerNormKernel(const NormArguments arguments) {
  const int lane = threadIdx.x % kWarp;
  const int64_t index =
      int64_t{blockIdx.x} * kWarpsPerBlock + threadIdx.x / kWarp;
  if (index >= arguments.rows) return;
  const int vectors = static_cast<int>(arguments.width / kVectorWidth);
  const auto width = static_cast<float>(arguments.width);
  WarpRow<T, kVectors> row;
  row.Load(static_cast<const T*>(arguments.input) + index * arguments.stride,
           vectors, lane);
  const float mean = row.Mean(width);
  const float scale =
      rsqrtf(row.Variance(mean, width, vectors, lane) + arguments.eps);
  auto* const output = reinterpret_cast<Vector<T>*>(
      static_cast<T*>(arguments.output) + index * arguments.width);
#pragma unroll
  for (int v = 0; v < kVectors; ++v) {
    const int at = v * kWarp + lane;
    if (at >= vectors) continue;
    Parameters weight;
    weight.Load(arguments.weight, at);
    Parameters bias;
    bias.Load(arguments.bias, at);
    Vector<T> result;
#pragma unroll
    for (int i = 0; i < kVectorWidth; ++i) {
      Round(
          (row.values[v][i] - mean) * scale * weight.values[i] + bias.values[i],
          result.values[i]);
    }
    output[at] = result;
  }
}

template <typename T>
cudaError_t StartLayerNorm(const NormArguments& arguments,
                           cudaStream_t stream) {
  using Kernel = void (*)(NormArguments);
  // By the vectors of a lane.
  static constexpr Kernel kKernels[] = {
      LayerNormKernel<T, 1>, LayerNormKernel<T, 2>, LayerNormKernel<T, 3>,
      LayerNormKernel<T, 4>, LayerNormKernel<T, 5>, LayerNormKernel<T, 6>,
      LayerNormKernel<T, 7>, LayerNormKernel<T, 8>};
  constexpr int64_t kValuesOfAll = kWarp * kVectorWidth;
  static_assert(kMaxNormWidth == std::size(kKernels) * kValuesOfAll);
  const int64_t each = (arguments.width + kValuesOfAll - 1) / kValuesOfAll;
  const int64_t blocks = (arguments.rows + kWarpsPerBlock - 1) / kWarpsPerBlock;
  kKernels[each - 1]<<<static_cast<unsigned>(blocks), kBlock, 0, stream>>>(
      arguments);
  return cudaGetLastError();
}

template <Activation kActivation>
__device__ float Activated(float x) {
  if constexpr (kActivation == Activation::kGelu) {
    constexpr float kRootOfHalf = 0.70710678118654752f;
    return 0.5f * x * (1.0f + erff(x * kRootOfHalf));
  } else if constexpr (kActivation == Activation::kGeluTanh) {
    constexpr float kScale = 0.79788456080286536f;  // sqrt(2 / pi)
    constexpr float kCube = 0.044715f;
    return 0.5f * x * (1.0f + tanhf(kScale * (x + kCube * x * x * x)));
  } else {
    constexpr float kSlope = 1.702f;
    return x / (1.0f + __expf(-kSlope * x));
  }
}

template <typename T, Activation kActivation>
__global__ void __launch_bounds__(kBlock)
    ActivateKernel(T* values, int64_t count) {
  const int64_t vectors = count / kVectorWidth;
  const int64_t step = int64_t{gridDim.x} * kBlock;
  const int64_t first = int64_t{blockIdx.x} * kBlock + threadIdx.x;
  auto* const whole = reinterpret_cast<Vector<T>*>(values);
  for (int64_t v = first; v < vectors; v += step) {
    Vector<T> vector = whole[v];
#pragma unroll
    for (int i = 0; i < kVectorWidth; ++i) {
      Round(Activated<kActivation>(ToFloat(vector.values[i])),
            vector.values[i]);
    }
    whole[v] = vector;
  }
  const int64_t rest = vectors * kVectorWidth + first;
  if (rest >= count) return;
  Round(Activated<kActivation>(ToFloat(values[rest])), values[rest]);
}

template <typename T>
cudaError_t StartActivation(Activation activation, T* values, int64_t count,
                            cudaStream_t stream) {
  using Kernel = void (*)(T*, int64_t);
  Kernel kernel = ActivateKernel<T, Activation::kGelu>;
  if (activation == Activation::kGeluTanh) {
    kernel = ActivateKernel<T, Activation::kGeluTanh>;
  } else if (activation == Activation::kQuickGelu) {
    kernel = ActivateKernel<T, Activation::kQuickGelu>;
  }
  constexpr int64_t kMaxBlocks = int64_t{1} << 20;
  constexpr int64_t kValuesOfBlock = kBlock * kVectorWidth;
  const int64_t blocks = std::clamp<int64_t>(
      (count + kValuesOfBlock - 1) / kValuesOfBlock, 1, kMaxBlocks);
  kernel<<<static_cast<unsigned>(blocks), kBlock, 0, stream>>>(values, count);
  return cudaGetLastError();
}

}  // namespace

cudaError_t LayerNormRows(HalfType type, const NormArguments& arguments,
                          cudaStream_t stream) {
  if (arguments.rows == 0) return cudaSuccess;
  return type == HalfType::kBFloat16
             ? StartLayerNorm<__nv_bfloat16>(arguments, stream)
             : StartLayerNorm<__half>(arguments, stream);
}

cudaError_t ActivateInPlace(HalfType type, Activation activation, void* values,
                            int64_t count, cudaStream_t stream) {
  if (count == 0) return cudaSuccess;
  return type == HalfType::kBFloat16
             ? StartActivation(activation, static_cast<__nv_bfloat16*>(values),
                               count, stream)
             : StartActivation(activation, static_cast<__half*>(values), count,
                               stream);
}

}  // namespace clip::model::cuda
