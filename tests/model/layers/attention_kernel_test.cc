#include "model/layers/attention_kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tests/model/layers/bfloat16_bits.h"

namespace clip::model {
namespace {

// All that this machine's processor has.
std::vector<AttentionVectors> Vectors() {
  std::vector<AttentionVectors> vectors;
  const auto best = BestAttentionVectors();
  if (best.has_value()) vectors.push_back(AttentionVectors::kAvx2);
  if (best == AttentionVectors::kAvx512) vectors.push_back(*best);
  return vectors;
}

std::vector<float> Noise(size_t n) {
  std::mt19937 generator(7);
  std::normal_distribution<float> normal;
  std::vector<float> noise(n);
  for (float& x : noise) x = normal(generator);
  return noise;
}

// Query, key and value of a token lie behind each other.
template <typename T>
AttentionHead<T> HeadOver(const std::vector<T>& qkv, int64_t tokens,
                          int64_t width, bool causal) {
  AttentionHead<T> head;
  head.query = qkv.data();
  head.key = head.query + width;
  head.value = head.key + width;
  head.query_stride = head.key_stride = head.value_stride = 3 * width;
  head.output_stride = width;
  head.tokens = tokens;
  head.width = width;
  head.causal = causal;
  return head;
}

// What token `i` gets, in float64.
std::vector<double> Expected(const AttentionHead<float>& head, int64_t i) {
  const int64_t visible = head.causal ? i + 1 : head.tokens;
  std::vector<double> weights(visible);
  double sum = 0.0;
  for (int64_t j = 0; j < visible; ++j) {
    double score = 0.0;
    for (int64_t k = 0; k < head.width; ++k) {
      score += double{head.query[i * head.query_stride + k]} *
               head.key[j * head.key_stride + k];
    }
    weights[j] = std::exp(score / std::sqrt(static_cast<double>(head.width)));
    sum += weights[j];
  }
  std::vector<double> mixed(head.width);
  for (int64_t j = 0; j < visible; ++j) {
    for (int64_t k = 0; k < head.width; ++k) {
      mixed[k] += weights[j] / sum * head.value[j * head.value_stride + k];
    }
  }
  return mixed;
}

template <typename T>
std::vector<T> AttendTo(AttentionHead<T> head, AttentionVectors vectors) {
  std::vector<T> output(head.tokens * head.width);
  std::vector<float> scratch(AttentionScratchSize(head.tokens, head.width));
  head.output = output.data();
  AttendHead(head, vectors, scratch.data());
  return output;
}

double LargestError(const std::vector<float>& output,
                    const AttentionHead<float>& head) {
  double largest = 0.0;
  for (int64_t i = 0; i < head.tokens; ++i) {
    const std::vector<double> expected = Expected(head, i);
    for (int64_t k = 0; k < head.width; ++k) {
      largest =
          std::max(largest, std::abs(output[i * head.width + k] - expected[k]));
    }
  }
  return largest;
}

TEST(AttentionKernelTest, AllVectorsComputeAttention) {
  if (Vectors().empty()) GTEST_SKIP() << "no AVX2";
  for (const int64_t tokens : {1, 3, 4, 15, 17, 50, 77, 257}) {
    for (const int64_t width : {16, 48, 64, 80, 128}) {
      const std::vector<float> qkv = Noise(tokens * width * 3);
      for (const bool causal : {false, true}) {
        const auto head = HeadOver(qkv, tokens, width, causal);
        for (const AttentionVectors vectors : Vectors()) {
          EXPECT_LT(LargestError(AttendTo(head, vectors), head), 1e-5)
              << tokens << " tokens of " << width << ", vectors "
              << static_cast<int>(vectors);
        }
      }
    }
  }
}

TEST(AttentionKernelTest, ComputesBfloat16InFloat32) {
  constexpr int64_t kTokens = 50;
  constexpr int64_t kWidth = 64;
  std::vector<float> qkv = Noise(kTokens * kWidth * 3);
  std::vector<uint16_t> halves;
  for (float& x : qkv) {
    halves.push_back(ToBfloat16(x));
    x = FromBfloat16(halves.back());
  }
  const auto head = HeadOver(qkv, kTokens, kWidth, /*causal=*/true);
  for (const AttentionVectors vectors : Vectors()) {
    std::vector<float> output;
    for (const uint16_t x : AttendTo(
             HeadOver(halves, kTokens, kWidth, /*causal=*/true), vectors)) {
      output.push_back(FromBfloat16(x));
    }
    // Half a step of bfloat16 below 4.
    EXPECT_LT(LargestError(output, head), 8e-3);
  }
}

}  // namespace
}  // namespace clip::model
