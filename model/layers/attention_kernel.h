#ifndef MODEL_LAYERS_ATTENTION_KERNEL_H_
#define MODEL_LAYERS_ATTENTION_KERNEL_H_

#include <cstdint>
#include <optional>

namespace clip::model {

// Self-attention of one head over a short sequence, whose scores of a few rows
// stay in the first-level cache. LibTorch's own kernel takes twice as long
// there. T is float, or uint16_t for the bits of a bfloat16; sums are float32.
// No tensor, no thread, no allocation.

// The registers that the kernel computes in.
enum class AttentionVectors {
  kAvx2,  // with FMA
  kAvx512,
};

// The widest that this machine's processor has; null: none of them.
std::optional<AttentionVectors> BestAttentionVectors();

// Longest sequence, and widest head, that the kernel is made for. A width is a
// multiple of 16.
constexpr int64_t kMaxAttentionTokens = 640;
constexpr int64_t kMaxHeadWidth = 128;

// Where a head lies: rows of `width` neighbouring values.
template <typename T>
struct AttentionHead {
  const T* query = nullptr;
  const T* key = nullptr;
  const T* value = nullptr;
  T* output = nullptr;
  // Values from one token's row to the next.
  int64_t query_stride = 0;
  int64_t key_stride = 0;
  int64_t value_stride = 0;
  int64_t output_stride = 0;
  int64_t tokens = 0;
  int64_t width = 0;
  // Whether a token sees only itself and those before it.
  bool causal = false;
  // Which row each token has; null: the first one the first, and so on.
  const int64_t* rows = nullptr;
  // The first token that has an output.
  int64_t first = 0;
};

// Values of memory that AttendHead works in.
int64_t AttentionScratchSize(int64_t tokens, int64_t width);

// output = softmax(query key^T / sqrt(width)) value
//
// REQUIRES: the processor has the vectors.
template <typename T>
void AttendHead(const AttentionHead<T>& head, AttentionVectors vectors,
                float* scratch);

}  // namespace clip::model

#endif  // MODEL_LAYERS_ATTENTION_KERNEL_H_
