#include "client/embedding_numbers.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace clip::client {
namespace {

float FromBfloat16(uint16_t bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value = 0;
  std::memcpy(&value, &wide, sizeof(value));
  return value;
}

float FromFloat16(uint16_t bits) {
  constexpr int kMantissaBits = 10;
  constexpr int kMaxExponent = 31;
  const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
  const int exponent = (bits >> kMantissaBits) & kMaxExponent;
  const int mantissa = bits & 0x3ff;
  if (exponent == kMaxExponent) {
    return mantissa != 0 ? std::numeric_limits<float>::quiet_NaN()
                         : sign * std::numeric_limits<float>::infinity();
  }
  // Subnormal numbers have no hidden bit and the smallest exponent.
  if (exponent == 0) {
    return sign * std::ldexp(static_cast<float>(mantissa), -24);
  }
  return sign * std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
}

using Convert = float (*)(uint16_t);

absl::StatusOr<std::vector<float>> ReadPairs(std::string_view packed,
                                             Convert convert) {
  if (packed.size() % 2 != 0) {
    return absl::InternalError("the packed embedding has an odd length");
  }
  std::vector<float> numbers;
  numbers.reserve(packed.size() / 2);
  for (size_t i = 0; i < packed.size(); i += 2) {
    const auto low = static_cast<uint8_t>(packed[i]);
    const auto high = static_cast<uint8_t>(packed[i + 1]);
    numbers.push_back(convert(static_cast<uint16_t>(low | high << 8)));
  }
  return numbers;
}

template <typename Byte>
std::vector<float> ReadBytes(std::string_view packed) {
  std::vector<float> numbers;
  numbers.reserve(packed.size());
  for (const char byte : packed) {
    numbers.push_back(static_cast<float>(static_cast<Byte>(byte)));
  }
  return numbers;
}

}  // namespace

absl::StatusOr<std::vector<float>> NumbersOf(const Embedding& embedding) {
  switch (embedding.format) {
    case EmbeddingFormat::kFloat32:
      return embedding.values;
    case EmbeddingFormat::kFloat16:
      return ReadPairs(embedding.packed, FromFloat16);
    case EmbeddingFormat::kBfloat16:
      return ReadPairs(embedding.packed, FromBfloat16);
    case EmbeddingFormat::kInt8:
      return ReadBytes<int8_t>(embedding.packed);
    case EmbeddingFormat::kBinary:
      return ReadBytes<uint8_t>(embedding.packed);
  }
  return absl::InternalError("unknown embedding format");
}

std::string_view FormatName(EmbeddingFormat format) {
  switch (format) {
    case EmbeddingFormat::kFloat32:
      return "float32";
    case EmbeddingFormat::kFloat16:
      return "float16";
    case EmbeddingFormat::kBfloat16:
      return "bfloat16";
    case EmbeddingFormat::kInt8:
      return "int8";
    case EmbeddingFormat::kBinary:
      return "binary";
  }
  return "unknown";
}

}  // namespace clip::client
