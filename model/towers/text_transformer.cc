#include "model/towers/text_transformer.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <limits>
#include <string>

#include "model/towers/packed_texts.h"

namespace clip::model {

TextTransformer::TextTransformer(const TextConfig& config, int embed_dim,
                                 const ParameterOptions& options)
    : config_(config), matrix_dtype_(options.matrix_dtype) {
  const int64_t width = config.transformer.width;
  const int64_t positions = config.context_length + (config.embed_cls ? 1 : 0);
  positional_embedding_ = register_parameter(
      "positional_embedding", at::empty({positions, width}, options.Float()));
  if (config.embed_cls) {
    cls_emb_ =
        register_parameter("cls_emb", at::empty({width}, options.Float()));
  }
  token_embedding_ = register_module(
      "token_embedding", Embedding(config.vocab_size, width, options));
  transformer_ =
      register_module("transformer", Transformer(config.transformer, options));
  ln_final_ = register_module(
      "ln_final", LayerNorm(width, config.transformer.norm_eps, options));
  RegisterProjection(embed_dim, options);
}

void TextTransformer::RegisterProjection(int embed_dim,
                                         const ParameterOptions& options) {
  const int64_t width = config_.transformer.width;
  if (config_.projection == TextProjection::kMatrix) {
    projection_matrix_ = register_parameter(
        "text_projection", at::empty({width, embed_dim}, options.Matrix()));
  } else if (config_.projection == TextProjection::kLinear) {
    projection_linear_ =
        register_module("text_projection", Linear(width, embed_dim, options));
  }
}

at::Tensor TextTransformer::forward(const at::Tensor& ids) {
  if (CanPack(ids)) return ForwardPacked(ids);
  const at::Tensor x = Embed(ids);
  const at::Tensor pooled =
      transformer_->ForwardTokens(x, Mask(ids), PooledTokens(ids, x.size(1)));
  // ln_final acts on each token alone, so that only pooled ones need it.
  return Project(ln_final_->forward(pooled));
}

bool TextTransformer::CanPack(const at::Tensor& ids) const {
  return ids.is_cpu() && ids.size(0) > 0 && !c10::GradMode::is_enabled() &&
         SeesNothingBehindPooled(config_);
}

at::Tensor TextTransformer::ForwardPacked(const at::Tensor& ids) {
  const PackedTexts texts = PackTexts(ids, PooledPositions(ids, ids.size(1)));
  const at::Tensor x =
      token_embedding_->forward(texts.ids).to(matrix_dtype_) +
      positional_embedding_.index_select(0, texts.positions).to(matrix_dtype_);
  AttentionMask mask;
  mask.causal = true;
  mask.packed = texts.sequences;
  return Project(ln_final_->forward(
      transformer_->ForwardTokens(x.unsqueeze(0), mask, texts.last)));
}

TowerOutput TextTransformer::ForwardWithTokens(const at::Tensor& ids) {
  const at::Tensor x = transformer_->forward(Embed(ids), Mask(ids));
  TowerOutput output;
  output.pooled = Project(ln_final_->forward(Pool(x, ids)));
  output.tokens =
      config_.embed_cls ? x.narrow(1, 0, ids.size(1)) : ln_final_->forward(x);
  return output;
}

TowerIntermediates TextTransformer::ForwardIntermediates(
    const at::Tensor& ids, const TowerIntermediatesOptions& options) {
  TowerIntermediates output;
  const at::Tensor x = transformer_->ForwardIntermediates(
      Embed(ids), Mask(ids), options.indices.Resolve(transformer_->depth()),
      options.stop_early, output.intermediates);
  for (at::Tensor& tokens : output.intermediates) {
    if (options.normalize_intermediates) tokens = ln_final_->forward(tokens);
    if (!config_.embed_cls) continue;
    if (options.output_extra_tokens) {
      output.extra_tokens.push_back(tokens.narrow(1, ids.size(1), 1));
    }
    tokens = tokens.narrow(1, 0, ids.size(1));
  }
  if (!options.intermediates_only) {
    output.features = Project(ln_final_->forward(Pool(x, ids)));
  }
  return output;
}

std::vector<LayerGroup> TextTransformer::LayerGroups() const {
  std::vector<LayerGroup> groups = {
      {"embeddings", {"token_embedding", "positional_embedding", "cls_emb"}}};
  for (int64_t i = 0; i < transformer_->depth(); ++i) {
    const std::string index = std::to_string(i);
    groups.push_back({"layer." + index, {"transformer.resblocks." + index}});
  }
  groups.back().members.emplace_back("ln_final");
  if (config_.projection != TextProjection::kNone) {
    groups.push_back({"proj", {"text_projection"}});
  }
  return groups;
}

void TextTransformer::SetGradCheckpointing(bool enable) {
  transformer_->set_grad_checkpointing(enable);
}

std::set<std::string> TextTransformer::NoWeightDecay() const {
  return {"positional_embedding", "cls_emb"};
}

at::Tensor TextTransformer::text_projection() const {
  if (projection_matrix_.defined() || projection_linear_.is_empty()) {
    return projection_matrix_;
  }
  return projection_linear_->weight();
}

AttentionMask TextTransformer::Mask(const at::Tensor& ids) const {
  AttentionMask mask;
  if (config_.embed_cls) {
    mask.additive = ClassTokenMask(ids);
  } else {
    mask.causal = !config_.no_causal_mask;
  }
  return mask;
}

at::Tensor TextTransformer::Embed(const at::Tensor& ids) const {
  at::Tensor x = token_embedding_->forward(ids).to(matrix_dtype_);
  if (config_.embed_cls) {
    const at::Tensor cls =
        cls_emb_.to(matrix_dtype_).expand({x.size(0), 1, x.size(2)});
    x = at::cat({x, cls}, 1);
  }
  return x + positional_embedding_.narrow(0, 0, x.size(1)).to(matrix_dtype_);
}

at::Tensor TextTransformer::ClassTokenMask(const at::Tensor& ids) const {
  const int64_t length = ids.size(1) + 1;
  // open_clip puts the class token's column first although the token comes
  // last; CoCa's weights were trained with that shift.
  const at::Tensor first =
      at::ones({ids.size(0), 1}, ids.options().dtype(c10::kBool));
  const at::Tensor visible = at::cat({first, ids.ne(config_.pad_id)}, 1);
  at::Tensor allowed = visible.view({-1, 1, 1, length});
  if (!config_.no_causal_mask) {
    const at::Tensor square =
        at::ones({length, length}, ids.options().dtype(c10::kBool));
    allowed = allowed.logical_and(square.tril());
  }
  const at::Tensor mask = at::zeros(
      allowed.sizes(), ids.options().dtype(positional_embedding_.dtype()));
  return mask
      .masked_fill(allowed.logical_not(),
                   -std::numeric_limits<float>::infinity())
      .expand({-1, 1, length, length});
}

at::Tensor TextTransformer::PooledPositions(const at::Tensor& ids,
                                            int64_t length) const {
  const auto all = [&](int64_t position) {
    return at::full({ids.size(0)}, position, ids.options());
  };
  if (config_.embed_cls) return all(length - 1);
  switch (config_.pool) {
    case TextPool::kFirst:
      return all(0);
    case TextPool::kLast:
      return all(length - 1);
    case TextPool::kArgmax:
      return ids.argmax(-1);
    case TextPool::kEos:
      break;
  }
  // The first of several maxima: 0 where no id is eos_id.
  return ids.eq(config_.eos_id).to(c10::kInt).argmax(-1);
}

at::Tensor TextTransformer::PooledTokens(const at::Tensor& ids,
                                         int64_t length) const {
  const at::Tensor rows = at::arange(ids.size(0), ids.options());
  return rows * length + PooledPositions(ids, length);
}

at::Tensor TextTransformer::Pool(const at::Tensor& x,
                                 const at::Tensor& ids) const {
  return x.flatten(0, 1).index_select(0, PooledTokens(ids, x.size(1)));
}

at::Tensor TextTransformer::Project(const at::Tensor& x) const {
  if (projection_matrix_.defined()) return at::matmul(x, projection_matrix_);
  if (!projection_linear_.is_empty()) return projection_linear_->forward(x);
  return x;
}

}  // namespace clip::model
