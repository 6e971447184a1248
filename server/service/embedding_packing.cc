#include "server/service/embedding_packing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace clip::server {
namespace {

constexpr float kInt8Scale = 127.0F;

uint32_t BitsOf(float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

float FloatOf(uint32_t bits) {
  float value = 0.0F;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

// Drops the lowest `count` bits, rounding to nearest and ties to even.
uint32_t RoundOffBits(uint32_t value, int count) {
  const uint32_t half = (uint32_t{1} << (count - 1)) - 1;
  const uint32_t odd = (value >> count) & 1U;
  return (value + half + odd) >> count;
}

uint16_t ToBfloat16(float value) {
  // Rounding would carry a NaN's mantissa into its sign.
  if (std::isnan(value)) return 0x7FC0;
  return static_cast<uint16_t>(RoundOffBits(BitsOf(value), 16));
}

uint16_t ToFloat16(float value) {
  const uint32_t bits = BitsOf(value);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000U);
  const uint32_t magnitude = bits & 0x7FFFFFFFU;
  constexpr uint32_t kInfinity = 0x7F800000U;
  constexpr uint32_t kSmallestNormal = 113U << 23;  // 2^-14
  if (magnitude > kInfinity) return sign | 0x7E00U;
  if (magnitude < kSmallestNormal) {
    // Adding 0.5 lines the subnormal's last bit up with the float's own, and
    // the addition rounds as IEEE 754 does.
    const uint32_t sum = BitsOf(FloatOf(magnitude) + 0.5F);
    return sign | static_cast<uint16_t>(sum - BitsOf(0.5F));
  }
  // Rebias the exponent from 127 to 15; what overflows becomes infinity.
  const uint32_t rounded = RoundOffBits(magnitude - (112U << 23), 13);
  return sign | static_cast<uint16_t>(std::min(rounded, 0x7C00U));
}

float FromFloat16(uint16_t half) {
  const uint32_t sign = (half & 0x8000U) << 16;
  const uint32_t exponent = (half >> 10) & 0x1FU;
  const uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0) {
    const float value = std::ldexp(static_cast<float>(mantissa), -24);
    return FloatOf(sign | BitsOf(value));
  }
  if (exponent == 31) return FloatOf(sign | 0x7F800000U | (mantissa << 13));
  return FloatOf(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

int8_t ToInt8(float value) {
  const float scaled = std::round(value * kInt8Scale);
  return static_cast<int8_t>(std::clamp(scaled, -kInt8Scale, kInt8Scale));
}

void AppendLittleEndian(uint16_t value, std::string& packed) {
  packed.push_back(static_cast<char>(value & 0xFFU));
  packed.push_back(static_cast<char>(value >> 8));
}

uint16_t ReadLittleEndian(std::string_view packed, size_t index) {
  const auto low = static_cast<uint8_t>(packed[2 * index]);
  const auto high = static_cast<uint8_t>(packed[2 * index + 1]);
  return static_cast<uint16_t>(low | (high << 8));
}

std::string PackBits(absl::Span<const float> values) {
  std::string packed((values.size() + 7) / 8, '\0');
  for (size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > 0.0F)) continue;
    const auto byte = static_cast<uint8_t>(packed[i / 8]);
    packed[i / 8] = static_cast<char>(byte | (0x80U >> (i % 8)));
  }
  return packed;
}

size_t BytesPerValue(v1::Format format) { return format == v1::INT8 ? 1 : 2; }

float ReadValue(std::string_view packed, v1::Format format, size_t index) {
  if (format == v1::INT8) {
    return static_cast<float>(static_cast<int8_t>(packed[index])) / kInt8Scale;
  }
  const uint16_t bits = ReadLittleEndian(packed, index);
  return format == v1::FLOAT16 ? FromFloat16(bits)
                               : FloatOf(static_cast<uint32_t>(bits) << 16);
}

}  // namespace

std::string PackEmbedding(absl::Span<const float> values, v1::Format format) {
  if (format == v1::BINARY) return PackBits(values);
  std::string packed;
  packed.reserve(values.size() * BytesPerValue(format));
  for (const float value : values) {
    if (format == v1::INT8) {
      packed.push_back(static_cast<char>(ToInt8(value)));
    } else {
      AppendLittleEndian(
          format == v1::FLOAT16 ? ToFloat16(value) : ToBfloat16(value), packed);
    }
  }
  return packed;
}

absl::StatusOr<std::vector<float>> UnpackEmbedding(std::string_view packed,
                                                   v1::Format format,
                                                   size_t dimensions) {
  if (format != v1::FLOAT16 && format != v1::BFLOAT16 && format != v1::INT8) {
    return absl::InvalidArgumentError(
        "packed values must be FLOAT16, BFLOAT16 or INT8");
  }
  const size_t expected = dimensions * BytesPerValue(format);
  if (packed.size() != expected) {
    return absl::InvalidArgumentError(fmt::format(
        "{} bytes of {}; the model's {} dimensions need {}", packed.size(),
        v1::Format_Name(format), dimensions, expected));
  }
  std::vector<float> values(dimensions);
  for (size_t i = 0; i < dimensions; ++i) {
    values[i] = ReadValue(packed, format, i);
  }
  return values;
}

}  // namespace clip::server
