#include "model/contrastive_model.h"

#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>
#include <c10/util/Exception.h>

#include <utility>
#include <vector>

#include "model/towers/create_tower.h"

namespace clip::model {
namespace {

TowerIntermediatesOptions ImageOptions(
    const ForwardIntermediatesOptions& options) {
  TowerIntermediatesOptions image;
  image.indices = options.image_indices;
  image.stop_early = options.stop_early;
  image.normalize_intermediates = options.normalize_intermediates;
  image.intermediates_only = options.intermediates_only;
  image.output_format = options.image_output_format;
  image.output_extra_tokens = options.image_output_extra_tokens;
  return image;
}

TowerIntermediatesOptions TextOptions(
    const ForwardIntermediatesOptions& options) {
  TowerIntermediatesOptions text;
  text.indices = options.text_indices;
  text.stop_early = options.stop_early;
  text.normalize_intermediates = options.normalize_intermediates;
  text.intermediates_only = options.intermediates_only;
  text.output_format = TowerIntermediatesOptions::Format::kNlc;
  text.output_extra_tokens = options.text_output_extra_tokens;
  return text;
}

}  // namespace

at::Tensor NormalizeFeatures(const at::Tensor& features) {
  constexpr double kEps = 1e-12;
  const at::Tensor length =
      at::linalg_vector_norm(features, 2, {-1}, /*keepdim=*/true);
  return features / length.clamp_min(kEps);
}

ContrastiveModel::ContrastiveModel(std::string_view name,
                                   const ClipConfig& config,
                                   const ParameterOptions& options)
    : name_(name), embed_dim_(config.embed_dim) {
  visual_ = register_module(
      "visual", CreateVisionTower(config.vision, config.embed_dim, options));
  text_ = CreateTextTower(config.text, config.embed_dim, options);
  const std::vector<int64_t> shape(config.nonscalar_logit_scale ? 1 : 0, 1);
  logit_scale_ = register_parameter(
      "logit_scale", at::full(shape, config.init_logit_scale, options.Float()));
  if (config.has_logit_bias) {
    logit_bias_ = register_parameter(
        "logit_bias", at::full(shape, config.init_logit_bias, options.Float()));
  }
}

std::string ContrastiveModel::architecture() const {
  const auto visual = visual_->architecture();
  const auto text = text_->architecture();
  return name_ + "(" + std::string(visual) + ", " + std::string(text) + ")";
}

at::Tensor ContrastiveModel::EncodeImage(const at::Tensor& pixels,
                                         bool normalize) {
  const at::Tensor features = visual_->forward(pixels);
  return normalize ? NormalizeFeatures(features) : features;
}

at::Tensor ContrastiveModel::EncodeText(const at::Tensor& ids, bool normalize) {
  const at::Tensor features = text_->forward(ids);
  return normalize ? NormalizeFeatures(features) : features;
}

PairLogits ContrastiveModel::GetLogits(const at::Tensor& pixels,
                                       const at::Tensor& ids) {
  const at::Tensor images = EncodeImage(pixels, /*normalize=*/true);
  const at::Tensor texts = EncodeText(ids, /*normalize=*/true);
  at::Tensor logits = at::matmul(logit_scale_.exp() * images, texts.t());
  if (logit_bias_.defined()) logits = logits + logit_bias_;
  return {logits, logits.t()};
}

ModelOutput ContrastiveModel::forward(const at::Tensor& pixels,
                                      const at::Tensor& ids) {
  ModelOutput output;
  if (pixels.defined()) output.image_features = EncodeImage(pixels, true);
  if (ids.defined()) output.text_features = EncodeText(ids, true);
  output.logit_scale = logit_scale_.exp();
  if (logit_bias_.defined()) output.logit_bias = logit_bias_.clone();
  return output;
}

IntermediatesOutput ContrastiveModel::ForwardIntermediates(
    const at::Tensor& pixels, const at::Tensor& ids,
    const ForwardIntermediatesOptions& options) {
  const bool normalize = options.normalize && !options.intermediates_only;
  const bool logits = options.output_logits && !options.intermediates_only;
  TORCH_CHECK(!logits || (pixels.defined() && ids.defined()),
              "logits need images and texts");
  IntermediatesOutput output;
  if (pixels.defined()) {
    auto image = visual_->ForwardIntermediates(pixels, ImageOptions(options));
    output.image_intermediates = std::move(image.intermediates);
    output.image_intermediates_prefix = std::move(image.extra_tokens);
    output.image_features = image.features;
    if (normalize) output.image_features = NormalizeFeatures(image.features);
  }
  if (ids.defined()) {
    auto text = text_->ForwardIntermediates(ids, TextOptions(options));
    output.text_intermediates = std::move(text.intermediates);
    output.text_intermediates_suffix = std::move(text.extra_tokens);
    output.text_features = text.features;
    if (normalize) output.text_features = NormalizeFeatures(text.features);
  }
  if (logits) {
    output.image_logits = at::matmul(logit_scale_.exp() * output.image_features,
                                     output.text_features.t());
    if (logit_bias_.defined()) output.image_logits += logit_bias_;
    output.text_logits = output.image_logits.t();
  }
  if (options.output_logit_scale_bias) {
    output.logit_scale = logit_scale_.exp();
    if (logit_bias_.defined()) output.logit_bias = logit_bias_.clone();
  }
  return output;
}

void ContrastiveModel::LockImageTower(int64_t unlocked_groups,
                                      bool freeze_bn_stats) {
  LockLayerGroups(*visual_, visual_->LayerGroups(), unlocked_groups,
                  freeze_bn_stats);
}

void ContrastiveModel::LockTextTower(int64_t unlocked_layers,
                                     bool freeze_layer_norm) {
  // "HFTextEncoder(RobertaModel)", for example.
  const bool is_hf = text_->architecture().rfind("HFTextEncoder", 0) == 0;
  TORCH_CHECK(freeze_layer_norm || is_hf,
              "only a Hugging Face text tower can keep its layer norms "
              "training");
  LockLayerGroups(*text_, text_->LayerGroups(), unlocked_layers,
                  /*freeze_bn_stats=*/false,
                  freeze_layer_norm ? "" : "LayerNorm");
}

void ContrastiveModel::SetGradCheckpointing(bool enable) {
  visual_->SetGradCheckpointing(enable);
  text_->SetGradCheckpointing(enable);
}

std::set<std::string> ContrastiveModel::NoWeightDecay() const {
  std::set<std::string> names;
  for (const std::string& name : visual_->NoWeightDecay()) {
    names.insert("visual." + name);
  }
  for (const std::string& name : text_->NoWeightDecay()) {
    names.insert(std::string(text_prefix()) + name);
  }
  return names;
}

}  // namespace clip::model
