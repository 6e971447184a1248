#include "model/layers/row_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "model/layers/vector_math.h"

namespace clip::model {
namespace {

// Values that are worked on at a time, in float32 in the first-level cache:
// loops of one width of numbers become vectors, mixed ones do not.
constexpr int64_t kChunk = 512;

template <typename T>
CLIP_INLINE void StoreAll(const float* values, int64_t n, T* __restrict y) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) Store(values[i], y[i]);
}

template <typename T>
CLIP_INLINE void AddTo(float* values, const T* __restrict x, int64_t n) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) values[i] += Load(x[i]);
}

CLIP_INLINE float Sigmoid(float x) { return 1.0F / (1.0F + Exp(-x)); }

CLIP_INLINE float QuickGelu(float x) { return x * Sigmoid(1.702F * x); }

// By Abramowitz and Stegun 7.1.26: to 1.5e-7.
CLIP_INLINE float Gelu(float x) {
  const float z = std::fabs(x) * 0.707106781F;
  const float t = 1.0F / (1.0F + 0.3275911F * z);
  float series = 1.061405429F;
  series = series * t - 1.453152027F;
  series = series * t + 1.421413741F;
  series = series * t - 0.284496736F;
  series = series * t + 0.254829592F;
  const float tail = series * t * Exp(-z * z);  // 1 - erf(z)
  return 0.5F * (x + std::fabs(x) - std::fabs(x) * tail);
}

CLIP_INLINE float GeluTanh(float x) {
  return x * Sigmoid(1.59576912F * (x + 0.044715F * x * x * x));
}

template <typename T>
CLIP_INLINE RowScale Quantize(const T* x, int64_t n, uint8_t* q) {
  float least = 0.0F;
  float largest = 0.0F;
  uint32_t magnitude = 0;
#pragma omp simd reduction(min : least) reduction(max : largest, magnitude)
  for (int64_t i = 0; i < n; ++i) {
    const float value = Load(x[i]);
    least = std::min(least, value);
    largest = std::max(largest, value);
    magnitude = std::max(magnitude, ToBits(value) & 0x7FFFFFFFU);
  }
  RowScale row;
  const float range = largest - least;
  row.scale = range > 0.0F ? range / 255.0F : 1.0F;
  // An infinite range, too, ends here.
  if (magnitude >= 0x7F800000U || !(range < 3e38F)) {
    row.scale = std::numeric_limits<float>::quiet_NaN();
    std::memset(q, 0, static_cast<size_t>(n));
    return row;
  }
  row.zero_point = std::nearbyint(-least / row.scale);
  const float inverse = 1.0F / row.scale;
  // The low bits of value * inverse + offset are the number itself.
  const float offset = kRound + row.zero_point;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const float shifted = Load(x[i]) * inverse + offset;
    const int32_t number = static_cast<int32_t>(ToBits(shifted)) -
                           static_cast<int32_t>(0x4B400000);
    q[i] = static_cast<uint8_t>(std::min(std::max(number, 0), 255));
  }
  return row;
}

struct Identity {
  CLIP_INLINE float operator()(float x) const { return x; }
};
struct GeluOf {
  CLIP_INLINE float operator()(float x) const { return Gelu(x); }
};
struct GeluTanhOf {
  CLIP_INLINE float operator()(float x) const { return GeluTanh(x); }
};
struct QuickGeluOf {
  CLIP_INLINE float operator()(float x) const { return QuickGelu(x); }
};

template <typename T, bool kBias, bool kResidual, typename Function>
CLIP_INLINE void FinishWith(const float* __restrict product, int64_t n,
                            const RowScale& row, const RowEpilogue<T>& epilogue,
                            Function function, T* __restrict y) {
  const float scale = row.scale;
  const float shift = row.scale * row.zero_point;
  const float* __restrict sums = epilogue.column_sums;
  const float* __restrict bias = epilogue.bias;
  const T* __restrict residual = epilogue.residual;
  for (int64_t begin = 0; begin < n; begin += kChunk) {
    const int64_t count = std::min(kChunk, n - begin);
    float values[kChunk];
#pragma omp simd
    for (int64_t j = 0; j < count; ++j) {
      float value = scale * product[begin + j] - shift * sums[begin + j];
      if (kBias) value += bias[begin + j];
      values[j] = function(value);
    }
    if (kResidual) AddTo(values, residual + begin, count);
    StoreAll(values, count, y + begin);
  }
}

template <typename T, typename Function>
CLIP_INLINE void FinishBy(const float* product, int64_t n, const RowScale& row,
                          const RowEpilogue<T>& epilogue, Function function,
                          T* y) {
  if (epilogue.bias == nullptr) {
    if (epilogue.residual == nullptr) {
      FinishWith<T, false, false>(product, n, row, epilogue, function, y);
    } else {
      FinishWith<T, false, true>(product, n, row, epilogue, function, y);
    }
  } else if (epilogue.residual == nullptr) {
    FinishWith<T, true, false>(product, n, row, epilogue, function, y);
  } else {
    FinishWith<T, true, true>(product, n, row, epilogue, function, y);
  }
}

template <typename T>
CLIP_INLINE void Finish(const float* product, int64_t n, const RowScale& row,
                        const RowEpilogue<T>& epilogue, T* y) {
  if (epilogue.activation == nullptr) {
    FinishBy(product, n, row, epilogue, Identity(), y);
    return;
  }
  switch (*epilogue.activation) {
    case Activation::kGelu:
      return FinishBy(product, n, row, epilogue, GeluOf(), y);
    case Activation::kGeluTanh:
      return FinishBy(product, n, row, epilogue, GeluTanhOf(), y);
    case Activation::kQuickGelu:
      return FinishBy(product, n, row, epilogue, QuickGeluOf(), y);
  }
}

template <typename T>
CLIP_INLINE void QuickGeluInPlace(T* x, int64_t n) {
  for (int64_t begin = 0; begin < n; begin += kChunk) {
    const int64_t count = std::min(kChunk, n - begin);
    float values[kChunk];
#pragma omp simd
    for (int64_t j = 0; j < count; ++j) values[j] = Load(x[begin + j]);
#pragma omp simd
    for (int64_t j = 0; j < count; ++j) values[j] = QuickGelu(values[j]);
    StoreAll(values, count, x + begin);
  }
}

// Templates have no clones, so that each function has one of each type.
CLIP_ROW_KERNEL RowScale QuantizeFloat(const float* x, int64_t n, uint8_t* q) {
  return Quantize(x, n, q);
}
CLIP_ROW_KERNEL RowScale QuantizeBfloat(const uint16_t* x, int64_t n,
                                        uint8_t* q) {
  return Quantize(x, n, q);
}
CLIP_ROW_KERNEL void FinishFloat(const float* product, int64_t n,
                                 const RowScale& row,
                                 const RowEpilogue<float>& epilogue, float* y) {
  Finish(product, n, row, epilogue, y);
}
CLIP_ROW_KERNEL void FinishBfloat(const float* product, int64_t n,
                                  const RowScale& row,
                                  const RowEpilogue<uint16_t>& epilogue,
                                  uint16_t* y) {
  Finish(product, n, row, epilogue, y);
}
CLIP_ROW_KERNEL void QuickGeluFloat(float* x, int64_t n) {
  QuickGeluInPlace(x, n);
}
CLIP_ROW_KERNEL void QuickGeluBfloat(uint16_t* x, int64_t n) {
  QuickGeluInPlace(x, n);
}

}  // namespace

template <>
RowScale QuantizeRow(const float* x, int64_t n, uint8_t* q) {
  return QuantizeFloat(x, n, q);
}
template <>
RowScale QuantizeRow(const uint16_t* x, int64_t n, uint8_t* q) {
  return QuantizeBfloat(x, n, q);
}
template <>
void FinishRow(const float* product, int64_t n, const RowScale& scale,
               const RowEpilogue<float>& epilogue, float* y) {
  FinishFloat(product, n, scale, epilogue, y);
}
template <>
void FinishRow(const float* product, int64_t n, const RowScale& scale,
               const RowEpilogue<uint16_t>& epilogue, uint16_t* y) {
  FinishBfloat(product, n, scale, epilogue, y);
}
template <>
void QuickGeluRow(float* x, int64_t n) {
  QuickGeluFloat(x, n);
}
template <>
void QuickGeluRow(uint16_t* x, int64_t n) {
  QuickGeluBfloat(x, n);
}

}  // namespace clip::model
