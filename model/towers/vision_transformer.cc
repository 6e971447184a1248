#include "model/towers/vision_transformer.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>

#include <string>

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
  const int64_t pooled = config.attentional_pool ? embed_dim : width;
  proj_ = register_parameter("proj",
                             at::empty({pooled, embed_dim}, options.Matrix()));
  conv1_ = register_module(
      "conv1", Conv2d(Conv2dOptions{3, width, patch, patch}, options));
  if (!config.no_ln_pre) {
    ln_pre_ = register_module("ln_pre", LayerNorm(width, eps, options));
  }
  transformer_ =
      register_module("transformer", Transformer(config.transformer, options));
  if (config.attentional_pool) {
    AttentionalPoolerOptions pooler;
    pooler.width = embed_dim;
    pooler.context_width = width;
    pooler.heads = config.attn_pooler_heads;
    pooler.queries = config.attn_pooler_queries;
    attn_pool_ =
        register_module("attn_pool", AttentionalPooler(pooler, options));
  }
  ln_post_ = register_module("ln_post", LayerNorm(pooled, eps, options));
}

at::Tensor VisionTransformer::forward(const at::Tensor& pixels) {
  const at::Tensor x = Embed(pixels);
  if (config_.pool == VisionPool::kClassToken && attn_pool_.is_empty()) {
    const at::Tensor first =
        at::arange(0, x.size(0) * x.size(1), x.size(1),
                   at::TensorOptions().dtype(c10::kLong).device(x.device()));
    const at::Tensor pooled =
        transformer_->ForwardTokens(x, AttentionMask(), first);
    return at::matmul(ln_post_->forward(pooled), proj_);
  }
  return at::matmul(Pool(transformer_->forward(x, AttentionMask())), proj_);
}

TowerOutput VisionTransformer::ForwardWithTokens(const at::Tensor& pixels) {
  const at::Tensor x = transformer_->forward(Embed(pixels), AttentionMask());
  const at::Tensor tokens = FinalTokens(x);
  TowerOutput output;
  output.tokens = tokens.narrow(1, 1, tokens.size(1) - 1);
  at::Tensor pooled = config_.pool == VisionPool::kClassToken
                          ? tokens.select(1, 0)
                          : output.tokens.mean(1);
  const bool norm_pooled = attn_pool_.is_empty() && config_.final_ln_after_pool;
  if (norm_pooled) pooled = ln_post_->forward(pooled);
  output.pooled = at::matmul(pooled, proj_);
  return output;
}

at::Tensor VisionTransformer::FinalTokens(const at::Tensor& x) {
  if (!attn_pool_.is_empty()) return ln_post_->forward(attn_pool_->forward(x));
  return config_.final_ln_after_pool ? x : ln_post_->forward(x);
}

TowerIntermediates VisionTransformer::ForwardIntermediates(
    const at::Tensor& pixels, const TowerIntermediatesOptions& options) {
  TowerIntermediates output;
  const at::Tensor x = transformer_->ForwardIntermediates(
      Embed(pixels), AttentionMask(),
      options.indices.Resolve(transformer_->depth()), options.stop_early,
      output.intermediates);
  if (options.normalize_intermediates) {
    for (at::Tensor& tokens : output.intermediates) {
      tokens = ln_post_->forward(tokens);
    }
  }
  SplitIntermediates(options, output);
  if (!options.intermediates_only) {
    output.features = at::matmul(Pool(x), proj_);
  }
  return output;
}

void VisionTransformer::SplitIntermediates(
    const TowerIntermediatesOptions& options,
    TowerIntermediates& output) const {
  const int64_t rows = config_.image_height / config_.patch_size;
  const int64_t columns = config_.image_width / config_.patch_size;
  for (at::Tensor& tokens : output.intermediates) {
    if (options.output_extra_tokens) {
      output.extra_tokens.push_back(tokens.narrow(1, 0, 1));
    }
    tokens = tokens.narrow(1, 1, tokens.size(1) - 1);
    if (options.output_format == TowerIntermediatesOptions::Format::kNlc) {
      continue;
    }
    tokens = tokens.reshape({tokens.size(0), rows, columns, -1})
                 .permute({0, 3, 1, 2})
                 .contiguous();
  }
}

std::vector<LayerGroup> VisionTransformer::LayerGroups() const {
  std::vector<LayerGroup> groups = {
      {"embeddings",
       {"conv1", "class_embedding", "positional_embedding", "ln_pre"}}};
  for (int64_t i = 0; i < transformer_->depth(); ++i) {
    const std::string index = std::to_string(i);
    groups.push_back({"layer." + index, {"transformer.resblocks." + index}});
  }
  groups.back().members.emplace_back("ln_post");
  groups.push_back({"proj", {"proj", "attn_pool"}});
  return groups;
}

void VisionTransformer::SetGradCheckpointing(bool enable) {
  transformer_->set_grad_checkpointing(enable);
}

std::set<std::string> VisionTransformer::NoWeightDecay() const {
  return {"class_embedding", "positional_embedding"};
}

void VisionTransformer::PrepareForInference(const InferenceOptions& options) {
  conv1_->PackCells(options);
}

at::Tensor VisionTransformer::Embed(const at::Tensor& pixels) {
  const at::Tensor patches = EmbedPatches(pixels);
  const at::Tensor class_token =
      class_embedding_.to(patches.scalar_type())
          .expand({patches.size(0), 1, patches.size(2)});
  at::Tensor x = at::cat({class_token, patches}, 1);
  x = x + positional_embedding_.to(x.scalar_type());
  return ln_pre_.is_empty() ? x : ln_pre_->forward(x);
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
  return conv1_->ForwardCells(cells);
}

at::Tensor VisionTransformer::Pool(const at::Tensor& tokens) {
  if (!attn_pool_.is_empty()) {
    const at::Tensor pooled = FinalTokens(tokens);
    if (config_.pool == VisionPool::kClassToken) return pooled.select(1, 0);
    return pooled.narrow(1, 1, pooled.size(1) - 1).mean(1);
  }
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
