#include "model/layers/row_kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/model/layers/bfloat16_bits.h"

namespace clip::model {
namespace {

// More than one chunk of the kernels, and no multiple of a vector.
constexpr int64_t kSize = 1003;

std::vector<float> Wave(float amplitude, float offset) {
  std::vector<float> x(kSize);
  for (int64_t i = 0; i < kSize; ++i) {
    x[i] = offset + amplitude * std::sin(0.37F * static_cast<float>(i));
  }
  return x;
}

TEST(QuantizeRowTest, IsWithinHalfAStepOfEachValue) {
  for (const float offset : {0.0F, 4.0F, -4.0F}) {
    const std::vector<float> x = Wave(3.0F, offset);
    std::vector<uint8_t> q(kSize);
    const RowScale row = QuantizeRow(x.data(), kSize, q.data());
    EXPECT_EQ(row.zero_point, std::round(row.zero_point));
    for (int64_t i = 0; i < kSize; ++i) {
      const float value =
          row.scale * (static_cast<float>(q[i]) - row.zero_point);
      // The zero point itself is rounded, too.
      EXPECT_LE(std::abs(value - x[i]), 1.01F * row.scale) << i;
    }
  }
}

TEST(QuantizeRowTest, KeepsARowOfZeros) {
  const std::vector<float> x(kSize, 0.0F);
  std::vector<uint8_t> q(kSize, 7);
  const RowScale row = QuantizeRow(x.data(), kSize, q.data());
  EXPECT_EQ(row.scale * (static_cast<float>(q[kSize - 1]) - row.zero_point), 0);
}

TEST(QuantizeRowTest, SpoilsTheRowThatIsNotFinite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    std::vector<float> x = Wave(1.0F, 0.0F);
    x[5] = bad;
    std::vector<uint8_t> q(kSize);
    EXPECT_TRUE(std::isnan(QuantizeRow(x.data(), kSize, q.data()).scale));
  }
}

TEST(QuantizeRowTest, TakesBfloat16AsItsValues) {
  for (const float offset : {0.0F, 4.0F, -4.0F}) {
    std::vector<uint16_t> halves;
    std::vector<float> floats;
    for (const float x : Wave(3.0F, offset)) {
      halves.push_back(ToBfloat16(x));
      floats.push_back(FromBfloat16(halves.back()));
    }
    std::vector<uint8_t> of_halves(kSize);
    std::vector<uint8_t> of_floats(kSize);
    const RowScale row = QuantizeRow(halves.data(), kSize, of_halves.data());
    const RowScale same = QuantizeRow(floats.data(), kSize, of_floats.data());
    EXPECT_EQ(row.scale, same.scale);
    EXPECT_EQ(row.zero_point, same.zero_point);
    EXPECT_EQ(of_halves, of_floats);
  }
}

TEST(QuantizeRowTest, TakesLargeBfloat16AndNothingInfinite) {
  constexpr uint16_t kLarge = 0x7F61;  // 2.99e38
  constexpr uint16_t kInfinity = 0x7F80;
  constexpr uint16_t kSign = 0x8000;
  std::vector<uint8_t> q(kSize);
  for (const uint16_t sign : {uint16_t{0}, kSign}) {
    std::vector<uint16_t> x(kSize, 0);
    x[5] = kLarge | sign;
    EXPECT_FALSE(std::isnan(QuantizeRow(x.data(), kSize, q.data()).scale));
    // Infinity, and NaNs.
    for (const int bits : {0, 1, 100}) {
      x[5] = static_cast<uint16_t>((kInfinity + bits) | sign);
      EXPECT_TRUE(std::isnan(QuantizeRow(x.data(), kSize, q.data()).scale));
    }
  }
}

double Reference(Activation activation, double x) {
  switch (activation) {
    case Activation::kGelu:
      return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case Activation::kGeluTanh:
      return 0.5 * x *
             (1 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
    case Activation::kQuickGelu:
      break;
  }
  return x / (1 + std::exp(-1.702 * x));
}

TEST(FinishRowTest, ComputesEveryActivation) {
  const std::vector<float> product = Wave(9.0F, 0.0F);
  const std::vector<float> sums(kSize, 0.25F);
  const std::vector<float> bias(kSize, -0.5F);
  const std::vector<float> residual = Wave(1.0F, 1.0F);
  std::vector<float> y(kSize);
  for (const Activation activation :
       {Activation::kGelu, Activation::kGeluTanh, Activation::kQuickGelu}) {
    RowEpilogue<float> epilogue;
    epilogue.column_sums = sums.data();
    epilogue.bias = bias.data();
    epilogue.activation = &activation;
    epilogue.residual = residual.data();
    FinishRow(product.data(), kSize, RowScale{0.5F, 3.0F}, epilogue, y.data());
    for (int64_t i = 0; i < kSize; ++i) {
      const double x = 0.5 * (product[i] - 3.0 * 0.25) - 0.5;
      EXPECT_NEAR(y[i], Reference(activation, x) + residual[i], 3e-6) << i;
    }
  }
}

TEST(FinishRowTest, GeluIsNearFarFromZero) {
  const std::vector<float> product = Wave(300.0F, 0.0F);
  const std::vector<float> sums(kSize, 0.0F);
  const Activation activation = Activation::kGelu;
  RowEpilogue<float> epilogue;
  epilogue.column_sums = sums.data();
  epilogue.activation = &activation;
  std::vector<float> y(kSize);
  FinishRow(product.data(), kSize, RowScale{1.0F, 0.0F}, epilogue, y.data());
  for (int64_t i = 0; i < kSize; ++i) {
    const double x = product[i];
    EXPECT_NEAR(y[i], Reference(activation, x), 2e-6 + 4e-7 * std::abs(x)) << x;
  }
}

TEST(FinishRowTest, LeavesOutWhatIsNotThere) {
  const std::vector<float> product = Wave(9.0F, 0.0F);
  const std::vector<float> sums(kSize, 0.0F);
  std::vector<float> y(kSize);
  RowEpilogue<float> epilogue;
  epilogue.column_sums = sums.data();
  FinishRow(product.data(), kSize, RowScale{2.0F, 3.0F}, epilogue, y.data());
  for (int64_t i = 0; i < kSize; ++i) EXPECT_EQ(y[i], 2.0F * product[i]);
}

TEST(FinishRowTest, RoundsToTheNearestBfloat16) {
  const std::vector<float> product = Wave(9.0F, 0.0F);
  const std::vector<float> sums(kSize, 0.0F);
  std::vector<uint16_t> y(kSize);
  RowEpilogue<uint16_t> epilogue;
  epilogue.column_sums = sums.data();
  FinishRow(product.data(), kSize, RowScale{1.0F, 0.0F}, epilogue, y.data());
  for (int64_t i = 0; i < kSize; ++i) {
    EXPECT_NEAR(FromBfloat16(y[i]), product[i], std::abs(product[i]) / 256);
  }
}

TEST(FinishRowTest, PassesASpoiledRowOn) {
  const std::vector<float> product = Wave(9.0F, 0.0F);
  std::vector<uint16_t> y(kSize);
  RowEpilogue<uint16_t> epilogue;
  epilogue.column_sums = product.data();
  FinishRow(product.data(), kSize,
            RowScale{std::numeric_limits<float>::quiet_NaN(), 0.0F}, epilogue,
            y.data());
  for (const uint16_t value : y) {
    EXPECT_TRUE(std::isnan(FromBfloat16(value)));
  }
}

TEST(QuickGeluRowTest, ComputesInPlace) {
  const std::vector<float> x = Wave(20.0F, 0.0F);
  std::vector<float> floats = x;
  QuickGeluRow(floats.data(), kSize);
  std::vector<uint16_t> halves(kSize);
  for (int64_t i = 0; i < kSize; ++i) halves[i] = ToBfloat16(x[i]);
  const std::vector<uint16_t> before = halves;
  QuickGeluRow(halves.data(), kSize);
  for (int64_t i = 0; i < kSize; ++i) {
    EXPECT_NEAR(floats[i], Reference(Activation::kQuickGelu, x[i]), 5e-6);
    const double expected =
        Reference(Activation::kQuickGelu, FromBfloat16(before[i]));
    EXPECT_NEAR(FromBfloat16(halves[i]), expected,
                std::abs(expected) / 256 + 1e-6);
  }
}

}  // namespace
}  // namespace clip::model
