#include "model/clip.h"

#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>

#include <vector>

#include "model/towers/create_tower.h"

namespace clip::model {
namespace {

// torch.nn.functional.normalize of the last dimension.
at::Tensor Normalize(const at::Tensor& x) {
  constexpr double kEps = 1e-12;
  const at::Tensor length =
      at::linalg_vector_norm(x, 2, {-1}, /*keepdim=*/true);
  return x / length.clamp_min(kEps);
}

}  // namespace

CLIP::CLIP(const ClipConfig& config, const ParameterOptions& options) {
  visual_ = register_module(
      "visual", CreateVisionTower(config.vision, config.embed_dim, options));
  text_ = CreateTextTower(config.text, config.embed_dim, options);
  for (const auto& child : text_->named_children()) {
    register_module(child.key(), child.value());
  }
  for (const auto& parameter : text_->named_parameters(/*recurse=*/false)) {
    register_parameter(parameter.key(), parameter.value());
  }
  const std::vector<int64_t> shape(config.nonscalar_logit_scale ? 1 : 0, 1);
  logit_scale_ = register_parameter(
      "logit_scale", at::full(shape, config.init_logit_scale, options.Float()));
  if (config.has_logit_bias) {
    logit_bias_ = register_parameter(
        "logit_bias", at::full(shape, config.init_logit_bias, options.Float()));
  }
}

std::string CLIP::architecture() const {
  const auto visual = visual_->architecture();
  const auto text = text_->architecture();
  return "CLIP(" + std::string(visual) + ", " + std::string(text) + ")";
}

at::Tensor CLIP::EncodeImage(const at::Tensor& pixels, bool normalize) {
  const at::Tensor features = visual_->forward(pixels);
  return normalize ? Normalize(features) : features;
}

at::Tensor CLIP::EncodeText(const at::Tensor& ids, bool normalize) {
  const at::Tensor features = text_->forward(ids);
  return normalize ? Normalize(features) : features;
}

at::Tensor CLIP::GetLogits(const at::Tensor& pixels, const at::Tensor& ids) {
  const at::Tensor images = EncodeImage(pixels, /*normalize=*/true);
  const at::Tensor texts = EncodeText(ids, /*normalize=*/true);
  const at::Tensor logits = at::matmul(logit_scale_.exp() * images, texts.t());
  return logit_bias_.defined() ? logits + logit_bias_ : logits;
}

}  // namespace clip::model
