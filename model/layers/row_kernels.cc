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
CLIP_INLINE void LoadAll(const T* __restrict x, int64_t n,
                         float* __restrict values) {
  for (int64_t i = 0; i < n; ++i) values[i] = Load(x[i]);
}

template <typename T>
CLIP_INLINE void StoreAll(const float* values, int64_t n, T* __restrict y) {
  for (int64_t i = 0; i < n; ++i) Store(values[i], y[i]);
}

template <typename T>
CLIP_INLINE void AddTo(float* values, const T* __restrict x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) values[i] += Load(x[i]);
}

CLIP_INLINE float Sigmoid(float x) { return 1.0F / (1.0F + Exp(-x)); }

CLIP_INLINE float QuickGelu(float x) { return x * Sigmoid(1.702F * x); }

// To 1.5e-6 and 3e-7 of x. Of x, the normal distribution's share is kept: 1/2
// and an odd polynomial, fitted up to where it is 1.
CLIP_INLINE float Gelu(float x) {
  constexpr float kEnd = 5.25F;
  const float magnitude = std::fabs(x);
  const float near = std::min(magnitude, kEnd);
  const float square = near * near * (2.0F / (kEnd * kEnd)) - 1.0F;
  float series = 9.80312703e-4F;
  series = series * square - 2.82212743e-3F;
  series = series * square + 3.09446803e-3F;
  series = series * square - 3.62131954e-3F;
  series = series * square + 7.90463295e-3F;
  series = series * square - 1.36539591e-2F;
  series = series * square + 1.88291688e-2F;
  series = series * square - 2.48423535e-2F;
  series = series * square + 3.19679826e-2F;
  series = series * square - 3.97821255e-2F;
  series = series * square + 4.96504754e-2F;
  series = series * square - 6.71263412e-2F;
  series = series * square + 1.34659290e-1F;
  return 0.5F * x + magnitude * (near * series);
}

CLIP_INLINE float GeluTanh(float x) {
  return x * Sigmoid(1.59576912F * (x + 0.044715F * x * x * x));
}

// Of T's bits, whole numbers in the order of the values: a loop over them needs
// no leave to reorder. Infinities and NaNs are beyond kFinite on both sides.
template <typename T>
struct Order;
template <>
struct Order<float> {
  using Key = int32_t;
  static constexpr Key kFinite = 0x7F7FFFFF;
};
template <>
struct Order<uint16_t> {
  using Key = int16_t;
  static constexpr Key kFinite = 0x7F7F;
};

// Its own inverse.
template <typename Key>
CLIP_INLINE Key FlipNegative(Key bits) {
  constexpr int kSign = std::numeric_limits<Key>::digits;
  constexpr Key kMagnitude = std::numeric_limits<Key>::max();
  return static_cast<Key>(bits ^ ((bits >> kSign) & kMagnitude));
}

template <typename T>
CLIP_INLINE float ValueOf(typename Order<T>::Key key) {
  const auto bits = FlipNegative(key);
  T value;
  std::memcpy(&value, &bits, sizeof(value));
  return Load(value);
}

// The scale that brings the row's values, and 0, to 0 to 255; NaN for a row
// that has none.
template <typename T>
CLIP_INLINE RowScale ScaleOf(const T* __restrict x, int64_t n) {
  using Key = typename Order<T>::Key;
  Key least = 0;
  Key largest = 0;
  for (int64_t i = 0; i < n; ++i) {
    Key bits;
    std::memcpy(&bits, x + i, sizeof(bits));
    const Key key = FlipNegative(bits);
    least = std::min(least, key);
    largest = std::max(largest, key);
  }
  constexpr Key kFinite = Order<T>::kFinite;
  const float lowest = ValueOf<T>(least);
  const float range = ValueOf<T>(largest) - lowest;
  RowScale row;
  row.scale = range > 0.0F ? range / 255.0F : 1.0F;
  row.zero_point = std::nearbyint(-lowest / row.scale);
  const bool is_finite = largest <= kFinite && least >= ~kFinite;
  if (!is_finite || !(range < 3e38F)) {
    row.scale = std::numeric_limits<float>::quiet_NaN();
    row.zero_point = 0.0F;
  }
  return row;
}

// At most kChunk values, each times `inverse` plus the zero point, whose
// `offset` brings the number into the low bits.
template <typename T>
CLIP_INLINE void QuantizeChunk(const T* __restrict x, int64_t count,
                               float inverse, float offset,
                               uint8_t* __restrict q) {
  float values[kChunk];
  int32_t numbers[kChunk];
  LoadAll(x, count, values);
  for (int64_t i = 0; i < count; ++i) {
    const float shifted = values[i] * inverse + offset;
    const int32_t number = static_cast<int32_t>(ToBits(shifted)) -
                           static_cast<int32_t>(ToBits(kRound));
    numbers[i] = std::min(std::max(number, 0), 255);
  }
  for (int64_t i = 0; i < count; ++i) q[i] = static_cast<uint8_t>(numbers[i]);
}

template <typename T>
CLIP_INLINE RowScale Quantize(const T* x, int64_t n, uint8_t* q) {
  const RowScale row = ScaleOf(x, n);
  if (std::isnan(row.scale)) {
    std::memset(q, 0, static_cast<size_t>(n));
    return row;
  }
  for (int64_t begin = 0; begin < n; begin += kChunk) {
    QuantizeChunk(x + begin, std::min(kChunk, n - begin), 1.0F / row.scale,
                  kRound + row.zero_point, q + begin);
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
    LoadAll(x + begin, count, values);
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
