#include "model/precision_check.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <c10/core/InferenceMode.h>

#include "absl/strings/str_format.h"
#include "model/config/hf_models.h"

namespace clip::model {
namespace {

constexpr int64_t kPictures = 4;
constexpr int64_t kTexts = 8;

// Spots with grain, about as bright and as varied as normalized pictures.
at::Tensor MakePixels(const VisionConfig& config, at::Generator random) {
  constexpr int64_t kSpots = 8;
  constexpr double kGrain = 0.2;
  const at::Tensor spots =
      at::randn({kPictures, 3, kSpots, kSpots}, random, at::kFloat);
  const at::Tensor smooth =
      at::upsample_bilinear2d(spots, {config.image_height, config.image_width},
                              /*align_corners=*/false);
  return smooth + kGrain * at::randn(smooth.sizes(), random, at::kFloat);
}

// Any ids, each row with its own length and an end of text that every kind of
// pooling finds.
at::Tensor MakeIds(const TextConfig& config, const ContrastiveModel& model,
                   at::Generator random) {
  const int64_t length = model.context_length();
  const int64_t last_id = model.vocab_size() - 1;
  int64_t pad_id = 0;
  if (config.architecture == TextArchitecture::kHuggingFace) {
    const auto hf = FindHfModel(config.hf.model_name);
    if (hf.has_value()) pad_id = hf->pad_token_id;
  }
  const int64_t end_id =
      config.pool == TextPool::kEos ? config.eos_id : last_id;
  const at::Tensor ids = at::full({kTexts, length}, pad_id, at::kLong);
  for (int64_t row = 0; row < kTexts; ++row) {
    const int64_t words = 1 + row * (length - 2) / kTexts;
    ids[row]
        .narrow(0, 0, words)
        .copy_(at::randint(last_id / 2, last_id, {words}, random, at::kLong));
    ids[row][words].fill_(end_id);
  }
  return ids;
}

// NaN where a value is.
double MedianCosine(const at::Tensor& reference, const at::Tensor& features) {
  return (reference * NormalizeFeatures(features.to(c10::kFloat)))
      .sum(1)
      .median()
      .item<double>();
}

}  // namespace

PrecisionCheck::PrecisionCheck(const ClipConfig& config,
                               ContrastiveModel& reference) {
  const c10::InferenceMode inference;
  constexpr uint64_t kSeed = 20;
  const at::Generator random = at::detail::createCPUGenerator(kSeed);
  pixels_ = MakePixels(config.vision, random);
  ids_ = MakeIds(config.text, reference, random);
  images_ = reference.EncodeImage(pixels_, /*normalize=*/true);
  texts_ = reference.EncodeText(ids_, /*normalize=*/true);
}

absl::Status PrecisionCheck::Compare(ContrastiveModel& module,
                                     c10::ScalarType dtype) const {
  constexpr double kLeastCosine = 0.99;
  const c10::InferenceMode inference;
  const double images =
      MedianCosine(images_, module.EncodeImage(pixels_.to(dtype)));
  const double texts = MedianCosine(texts_, module.EncodeText(ids_));
  if (images >= kLeastCosine && texts >= kLeastCosine) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "low precision moves this model's embeddings too far: the median cosine "
      "to float32 is %.4f for pictures and %.4f for texts, and must be %.2f",
      images, texts, kLeastCosine));
}

}  // namespace clip::model
