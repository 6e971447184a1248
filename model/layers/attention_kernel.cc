#include "model/layers/attention_kernel.h"

#include <algorithm>
#include <cmath>

#include "model/layers/cpu_features.h"
#include "model/layers/vector_math.h"

namespace clip::model {
namespace {

// Keys, and values of a head, are worked on in multiples of this.
constexpr int64_t kColumns = 16;
// Rows of queries that are worked on at a time.
constexpr int kRows = 4;

// The registers of a processor: kRows times kVectors sums must fit.
struct Avx2 {
  using Lanes = float __attribute__((vector_size(32)));
  static constexpr int64_t kLanes = 8;
  static constexpr int kVectors = 2;
};
struct Avx512 {
  using Lanes = float __attribute__((vector_size(64)));
  static constexpr int64_t kLanes = 16;
  static constexpr int kVectors = 4;
};

CLIP_INLINE int64_t RoundUp(int64_t n, int64_t step) {
  return (n + step - 1) / step * step;
}

// c = a b for kRows rows of a and kVectors vectors of columns, all in
// registers. b has `depth` rows.
template <typename Cpu, int kVectors>
CLIP_INLINE void MultiplyTile(const float* a, int64_t a_stride, const float* b,
                              int64_t b_stride, int64_t depth, float* c,
                              int64_t c_stride) {
  using Lanes = typename Cpu::Lanes;
  constexpr int64_t kLanes = Cpu::kLanes;
  Lanes sums[kRows][kVectors] = {};
  for (int64_t i = 0; i < depth; ++i) {
    Lanes row[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      std::memcpy(&row[v], b + i * b_stride + v * kLanes, sizeof(Lanes));
    }
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const float factor = a[r * a_stride + i];
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sums[r][v] += factor * row[v];
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      std::memcpy(c + r * c_stride + v * kLanes, &sums[r][v], sizeof(Lanes));
    }
  }
}

// The same for any multiple of kColumns columns.
template <typename Cpu>
CLIP_INLINE void MultiplyRows(const float* a, int64_t a_stride, const float* b,
                              int64_t columns, int64_t depth, float* c) {
  constexpr int64_t kTile = Cpu::kVectors * Cpu::kLanes;
  int64_t column = 0;
  for (; column + kTile <= columns; column += kTile) {
    MultiplyTile<Cpu, Cpu::kVectors>(a, a_stride, b + column, columns, depth,
                                     c + column, columns);
  }
  for (; column < columns; column += Cpu::kLanes) {
    MultiplyTile<Cpu, 1>(a, a_stride, b + column, columns, depth, c + column,
                         columns);
  }
}

// The largest of a row of scores.
template <typename Cpu>
CLIP_INLINE float LargestOf(const float* scores, int64_t padded) {
  typename Cpu::Lanes largest;
  typename Cpu::Lanes next;
  std::memcpy(&largest, scores, sizeof(largest));
  for (int64_t j = Cpu::kLanes; j < padded; j += Cpu::kLanes) {
    std::memcpy(&next, scores + j, sizeof(next));
    largest = next > largest ? next : largest;
  }
  float result = largest[0];
  for (int64_t i = 1; i < Cpu::kLanes; ++i) {
    result = std::max(result, largest[i]);
  }
  return result;
}

template <typename Cpu>
CLIP_INLINE float SumOf(const float* scores, int64_t padded) {
  typename Cpu::Lanes sums = {};
  typename Cpu::Lanes next;
  for (int64_t j = 0; j < padded; j += Cpu::kLanes) {
    std::memcpy(&next, scores + j, sizeof(next));
    sums += next;
  }
  float result = 0.0F;
  for (int64_t i = 0; i < Cpu::kLanes; ++i) result += sums[i];
  return result;
}

// Turns the scores of `visible` tokens into weights that sum to what it
// returns; of the others, up to `padded`, nothing is left.
template <typename Cpu>
CLIP_INLINE float Softmax(float* scores, int64_t visible, int64_t padded) {
  constexpr float kHidden = -3e38F;
  for (int64_t j = visible; j < padded; ++j) scores[j] = kHidden;
  const float largest = LargestOf<Cpu>(scores, padded);
  for (int64_t j = 0; j < padded; ++j) scores[j] = Exp(scores[j] - largest);
  return SumOf<Cpu>(scores, padded);
}

// Where a token lies among the rows of a head.
template <typename T>
CLIP_INLINE int64_t RowOf(const AttentionHead<T>& head, int64_t token) {
  return head.rows == nullptr ? token : head.rows[token];
}

template <typename T>
CLIP_INLINE void LoadRows(const AttentionHead<T>& head, const T* x,
                          int64_t stride, float factor, float* y) {
  for (int64_t i = 0; i < head.tokens; ++i) {
    const T* const row = x + RowOf(head, i) * stride;
    for (int64_t j = 0; j < head.width; ++j) {
      y[i * head.width + j] = factor * Load(row[j]);
    }
  }
}

// Keys [tokens, width] -> [width, padded], zero behind the tokens.
template <typename T>
CLIP_INLINE void LoadKeys(const AttentionHead<T>& head, int64_t padded,
                          float* y) {
  for (int64_t j = 0; j < head.width; ++j) {
    for (int64_t i = head.tokens; i < padded; ++i) y[j * padded + i] = 0.0F;
  }
  for (int64_t i = 0; i < head.tokens; ++i) {
    const T* const row = head.key + RowOf(head, i) * head.key_stride;
    for (int64_t j = 0; j < head.width; ++j) {
      y[j * padded + i] = Load(row[j]);
    }
  }
}

template <typename Cpu, typename T>
CLIP_INLINE void Attend(const AttentionHead<T>& head, float* scratch) {
  const int64_t tokens = head.tokens;
  const int64_t width = head.width;
  const int64_t padded = RoundUp(tokens, kColumns);
  float* const query = scratch;
  float* const key = query + (tokens + kRows) * width;
  float* const value = key + width * padded;
  float* const scores = value + tokens * width;
  float* const mixed = scores + kRows * padded;
  const float scale = 1.0F / std::sqrt(static_cast<float>(width));
  LoadRows(head, head.query, head.query_stride, scale, query);
  std::fill(query + tokens * width, key, 0.0F);
  LoadKeys(head, padded, key);
  LoadRows(head, head.value, head.value_stride, 1.0F, value);
  for (int64_t first = head.first; first < tokens; first += kRows) {
    const int64_t rows = std::min<int64_t>(kRows, tokens - first);
    const int64_t reach =
        head.causal ? std::min(first + kRows, tokens) : tokens;
    MultiplyRows<Cpu>(query + first * width, width, key, padded, width, scores);
    float sums[kRows] = {};
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t visible = head.causal ? first + r + 1 : tokens;
      sums[r] = Softmax<Cpu>(scores + r * padded, visible, padded);
    }
    MultiplyRows<Cpu>(scores, padded, value, width, reach, mixed);
    for (int64_t r = 0; r < rows; ++r) {
      const float factor = 1.0F / sums[r];
      T* const output =
          head.output + RowOf(head, first + r) * head.output_stride;
      for (int64_t j = 0; j < width; ++j) {
        Store(mixed[r * width + j] * factor, output[j]);
      }
    }
  }
}

#if defined(__x86_64__)
template <typename T>
__attribute__((target("avx2,fma"))) void AttendByAvx2(
    const AttentionHead<T>& head, float* scratch) {
  Attend<Avx2>(head, scratch);
}
template <typename T>
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))) void
AttendByAvx512(const AttentionHead<T>& head, float* scratch) {
  Attend<Avx512>(head, scratch);
}
#endif

template <typename T>
void AttendBy([[maybe_unused]] AttentionVectors vectors,
              [[maybe_unused]] const AttentionHead<T>& head,
              [[maybe_unused]] float* scratch) {
#if defined(__x86_64__)
  if (vectors == AttentionVectors::kAvx512)
    return AttendByAvx512(head, scratch);
  AttendByAvx2(head, scratch);
#endif
}

}  // namespace

int64_t AttentionScratchSize(int64_t tokens, int64_t width) {
  const int64_t padded = RoundUp(tokens, kColumns);
  // A row of queries may begin anywhere.
  return (tokens + kRows + padded + tokens + kRows) * width + kRows * padded;
}

std::optional<AttentionVectors> BestAttentionVectors() {
  if (HasAvx512()) return AttentionVectors::kAvx512;
  if (HasAvx2()) return AttentionVectors::kAvx2;
  return std::nullopt;
}

template <>
void AttendHead(const AttentionHead<float>& head, AttentionVectors vectors,
                float* scratch) {
  AttendBy(vectors, head, scratch);
}
template <>
void AttendHead(const AttentionHead<uint16_t>& head, AttentionVectors vectors,
                float* scratch) {
  AttendBy(vectors, head, scratch);
}

}  // namespace clip::model
