// What a GPU must be asked for to be both right and quick.
#include <ATen/ops/_fused_sdp_choice.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "model/layers/layer_norm.h"
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

}  // namespace
}  // namespace clip::model
