#include "model/towers/text_transformer.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <limits>

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
  AttentionMask mask;
  if (config_.embed_cls) {
    mask.additive = ClassTokenMask(ids);
  } else {
    mask.causal = !config_.no_causal_mask;
  }
  const at::Tensor x = transformer_->forward(Embed(ids), mask);
  // ln_final acts on each token alone, so that only pooled ones need it.
  return Project(ln_final_->forward(Pool(x, ids)));
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

at::Tensor TextTransformer::Pool(const at::Tensor& x,
                                 const at::Tensor& ids) const {
  if (config_.embed_cls) return x.select(1, x.size(1) - 1);
  const at::Tensor rows = at::arange(x.size(0), ids.options());
  switch (config_.pool) {
    case TextPool::kFirst:
      return x.select(1, 0);
    case TextPool::kLast:
      return x.select(1, x.size(1) - 1);
    case TextPool::kArgmax:
      return x.index({rows, ids.argmax(-1)});
    case TextPool::kEos:
      break;
  }
  // The first of several maxima: 0 where no id is eos_id.
  return x.index({rows, ids.eq(config_.eos_id).to(c10::kInt).argmax(-1)});
}

at::Tensor TextTransformer::Project(const at::Tensor& x) const {
  if (projection_matrix_.defined()) return at::matmul(x, projection_matrix_);
  if (!projection_linear_.is_empty()) return projection_linear_->forward(x);
  return x;
}

}  // namespace clip::model
