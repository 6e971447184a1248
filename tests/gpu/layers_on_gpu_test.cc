// What a GPU must be asked for to be both right and quick.
#include <ATen/ops/_fused_sdp_choice.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "model/layers/activate.h"
#include "model/layers/layer_norm.h"
#include "model/load_device_kernels.h"
#include "tests/gpu/gpu_test.h"

namespace clip::model {
namespace {

class LayersOnGpuTest : public GpuTest {
 protected:
  const c10::InferenceMode inference_;
};

// open_clip casts to float32, and back once. LibTorch's own kernel of a
// bfloat16 row would round the weights as well.
TEST_F(LayersOnGpuTest, NormsAreComputedInFloat32) {
  constexpr int64_t kWidth = 768;
  for (const auto dtype : {c10::kBFloat16, c10::kHalf}) {
    ParameterOptions options;
    options.device = gpu();
    options.matrix_dtype = dtype;
    LayerNorm norm(kWidth, 1e-5, options);
    auto parameters = norm->named_parameters();
    parameters["weight"].set_data(at::randn({kWidth}).to(gpu()));
    parameters["bias"].set_data(at::randn({kWidth}).to(gpu()));
    const at::Tensor x = (30 * at::randn({64, kWidth})).to(dtype);
    const at::Tensor expected =
        at::layer_norm(x.to(c10::kFloat), {kWidth}, parameters["weight"].cpu(),
                       parameters["bias"].cpu(), 1e-5)
            .to(dtype)
            .to(c10::kFloat);
    const at::Tensor y = norm->forward(x.to(gpu()));
    EXPECT_EQ(y.scalar_type(), dtype);
    // One unit in the last place, where a sum falls on the other side.
    const double unit = dtype == c10::kHalf ? 1.0 / 1024 : 1.0 / 128;
    EXPECT_TRUE(at::allclose(y.cpu().to(c10::kFloat), expected, unit, 1e-6));
  }
}

// As Attention gives them: views of one product of queries, keys and values.
int64_t ChosenKernel(c10::ScalarType dtype, int64_t length, bool causal,
                     c10::Device device) {
  constexpr int64_t kHeads = 12;
  constexpr int64_t kHeadWidth = 64;
  const at::Tensor qkv =
      at::randn({2, length, 3, kHeads, kHeadWidth}).to(device, dtype);
  const auto part = [&](int64_t i) { return qkv.select(2, i).transpose(1, 2); };
  return at::_fused_sdp_choice(part(0), part(1), part(2), {}, 0.0, causal);
}

TEST_F(LayersOnGpuTest, AttentionRunsByAFusedKernel) {
  // LibTorch's SDPBackend::math: scores in memory, several kernels.
  constexpr int64_t kMath = 0;
  for (const auto dtype : {c10::kBFloat16, c10::kHalf, c10::kFloat}) {
    // Pictures of ViT-B-32 and ViT-L-14.
    EXPECT_NE(ChosenKernel(dtype, 50, false, gpu()), kMath) << dtype;
    EXPECT_NE(ChosenKernel(dtype, 257, false, gpu()), kMath) << dtype;
    // Texts, cut and whole.
    EXPECT_NE(ChosenKernel(dtype, 16, true, gpu()), kMath) << dtype;
    EXPECT_NE(ChosenKernel(dtype, 77, true, gpu()), kMath) << dtype;
  }
}

class KernelsOnGpuTest : public LayersOnGpuTest {
 protected:
  void SetUp() override {
    GpuTest::SetUp();
    if (IsSkipped()) return;
    const auto loaded = LoadDeviceKernels(gpu());
    if (!loaded.ok()) GTEST_SKIP() << loaded.status().message();
    kernels_ = *loaded;
  }

  at::Tensor Random(at::IntArrayRef sizes, c10::ScalarType dtype) const {
    return at::randn(sizes).to(gpu(), dtype);
  }

  // Within one unit in the last place of `expected`, which is float32, and what
  // sums in another order differ by.
  static void ExpectRounded(const at::Tensor& y, const at::Tensor& expected) {
    const double unit = y.scalar_type() == c10::kHalf ? 1.0 / 1024 : 1.0 / 128;
    const double noise = 1e-4 * expected.abs().max().item<double>();
    EXPECT_TRUE(at::allclose(y.to(c10::kFloat), expected, unit, noise))
        << (y.to(c10::kFloat) - expected).abs().max().item<double>();
  }

  // Of 2 x rows inputs: bare, with a residual, and with each activation.
  void ExpectProducts(c10::ScalarType dtype, int64_t rows, int64_t in) const {
    constexpr int64_t kOut = 200;
    const at::Tensor weight = Random({kOut, in}, dtype) / 8;
    const at::Tensor bias = Random({kOut}, dtype);
    ASSERT_TRUE(kernels_->SuitsLinear(weight));
    const at::Tensor x = Random({2, rows, in}, dtype);
    const at::Tensor residual = Random({2, rows, kOut}, dtype);
    const at::Tensor product = at::linear(
        x.to(c10::kFloat), weight.to(c10::kFloat), bias.to(c10::kFloat));
    ExpectRounded(kernels_->Linear(x, weight, bias, {}), product);
    ExpectRounded(kernels_->Linear(x, weight, bias, {{}, residual}),
                  product + residual.to(c10::kFloat));
    for (const Activation activation :
         {Activation::kGelu, Activation::kGeluTanh, Activation::kQuickGelu}) {
      const at::Tensor y = kernels_->Linear(x, weight, bias, {activation, {}});
      // The product is rounded before an activation of its own kernel.
      EXPECT_TRUE(at::allclose(y.to(c10::kFloat), Activate(activation, product),
                               0.02, 0.02))
          << static_cast<int>(activation) << " of sums of " << in;
    }
  }

  std::shared_ptr<const DeviceKernels> kernels_;
};

TEST_F(KernelsOnGpuTest, NormsAreThoseOfFloat32) {
  for (const auto dtype : {c10::kBFloat16, c10::kHalf}) {
    for (const int64_t width : {8, 96, 512, 768, 1000, 1024, 1664, 2048}) {
      const at::Tensor weight = Random({width}, c10::kFloat);
      const at::Tensor bias = Random({width}, c10::kFloat);
      const at::Tensor x = 30 * Random({3, 7, width}, dtype) + 5;
      ASSERT_TRUE(kernels_->SuitsLayerNorm(x));
      // All rows, the first of each sequence, and none.
      for (const at::Tensor& rows : {x, x.select(1, 0), x.narrow(0, 0, 0)}) {
        for (const at::Tensor& b : {bias, at::Tensor()}) {
          const at::Tensor y = kernels_->LayerNorm(rows, weight, b, 1e-5);
          EXPECT_EQ(y.sizes(), rows.sizes());
          if (rows.numel() == 0) continue;
          ExpectRounded(y, at::layer_norm(rows.to(c10::kFloat), {width}, weight,
                                          b, 1e-5));
        }
      }
    }
    EXPECT_FALSE(kernels_->SuitsLayerNorm(Random({2, 12}, dtype)));
    EXPECT_FALSE(kernels_->SuitsLayerNorm(Random({2, 4096}, dtype)));
  }
  EXPECT_FALSE(kernels_->SuitsLayerNorm(Random({2, 64}, c10::kFloat)));
}

TEST_F(KernelsOnGpuTest, ProductsAndWhatFollowsThemAreThoseOfFloat32) {
  for (const auto dtype : {c10::kBFloat16, c10::kHalf}) {
    // Long sums may be split.
    for (const int64_t in : {96, 3072}) {
      for (const int64_t rows : {1, 25, 250}) ExpectProducts(dtype, rows, in);
    }
  }
  EXPECT_FALSE(kernels_->SuitsLinear(Random({16, 12}, c10::kHalf)));
  EXPECT_FALSE(kernels_->SuitsLinear(Random({16, 16}, c10::kFloat)));
}

}  // namespace
}  // namespace clip::model
