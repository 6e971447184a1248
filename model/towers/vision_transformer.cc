#include "model/towers/vision_transformer.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>

namespace clip::model {

VisionTransformer::VisionTransformer(const VisionConfig& config, int embed_dim,
                                     const ParameterOptions& options)
    : config_(config) {
  const int64_t width = config.transformer.width;
  const int64_t patch = config.patch_size;
  const int64_t patches =
      (config.image_height / patch) * (config.image_width / patch);
  const double eps = config.transformer.norm_eps;
  class_embedding_ = register_parameter("class_embedding",
                                        at::empty({width}, options.Float()));
  positional_embedding_ = register_parameter(
      "positional_embedding", at::empty({patches + 1, width}, options.Float()));
  proj_ = register_parameter("proj",
                             at::empty({width, embed_dim}, options.Matrix()));
  conv1_ = register_module(
      "conv1", Conv2d(Conv2dOptions{3, width, patch, patch}, options));
  if (!config.no_ln_pre) {
    ln_pre_ = register_module("ln_pre", LayerNorm(width, eps, options));
  }
  transformer_ =
      register_module("transformer", Transformer(config.transformer, options));
  ln_post_ = register_module("ln_post", LayerNorm(width, eps, options));
}

at::Tensor VisionTransformer::forward(const at::Tensor& pixels) {
  const at::Tensor patches = EmbedPatches(pixels);
  const at::Tensor class_token =
      class_embedding_.to(patches.scalar_type())
          .expand({patches.size(0), 1, patches.size(2)});
  at::Tensor x = at::cat({class_token, patches}, 1);
  x = x + positional_embedding_.to(x.scalar_type());
  if (!ln_pre_.is_empty()) x = ln_pre_->forward(x);
  x = transformer_->forward(x, AttentionMask());
  return at::matmul(Pool(x), proj_);
}

at::Tensor VisionTransformer::EmbedPatches(const at::Tensor& pixels) const {
  const int64_t patch = config_.patch_size;
  const int64_t rows = config_.image_height / patch;
  const int64_t columns = config_.image_width / patch;
  const at::Tensor cells =
      pixels.narrow(2, 0, rows * patch)
          .narrow(3, 0, columns * patch)
          .reshape({-1, 3, rows, patch, columns, patch})
          .permute({0, 2, 4, 1, 3, 5})  // [N, rows, columns, 3, patch, patch]
          .reshape({-1, rows * columns, 3 * patch * patch});
  return at::linear(cells, conv1_->weight().flatten(1));
}

at::Tensor VisionTransformer::Pool(const at::Tensor& tokens) const {
  // Pooling and ln_post do not commute for the mean; for the class token only
  // its row needs the norm.
  if (config_.pool == VisionPool::kClassToken) {
    return ln_post_->forward(tokens.select(1, 0));
  }
  const int64_t patches = tokens.size(1) - 1;
  if (config_.final_ln_after_pool) {
    return ln_post_->forward(tokens.narrow(1, 1, patches).mean(1));
  }
  return ln_post_->forward(tokens).narrow(1, 1, patches).mean(1);
}

}  // namespace clip::model
