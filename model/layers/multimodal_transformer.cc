#include "model/layers/multimodal_transformer.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <torch/nn/modules/container/modulelist.h>

#include "model/layers/checkpoint.h"

namespace clip::model {

MultimodalTransformerImpl::MultimodalTransformerImpl(
    const MultimodalConfig& config, int64_t vocab_size,
    const ParameterOptions& options) {
  const TransformerConfig& transformer = config.transformer;
  auto blocks = register_module("resblocks", torch::nn::ModuleList());
  auto cross = register_module("cross_attn", torch::nn::ModuleList());
  for (int i = 0; i < transformer.layers; ++i) {
    resblocks_.emplace_back(transformer, options);
    blocks->push_back(resblocks_.back());
    cross_attn_.emplace_back(transformer, options, /*is_cross_attention=*/true);
    cross->push_back(cross_attn_.back());
  }
  const int64_t width = transformer.width;
  ln_final_ = register_module("ln_final",
                              LayerNorm(width, transformer.norm_eps, options));
  text_projection_ = register_parameter(
      "text_projection", at::empty({width, vocab_size}, options.Matrix()));
}

at::Tensor MultimodalTransformerImpl::forward(const at::Tensor& image_embs,
                                              at::Tensor text_embs) {
  for (size_t layer = 0; layer < resblocks_.size(); ++layer) {
    text_embs = RunLayer(layer, image_embs, text_embs);
  }
  return at::matmul(ln_final_->forward(text_embs), text_projection_);
}

at::Tensor MultimodalTransformerImpl::RunLayer(size_t layer,
                                               const at::Tensor& image_embs,
                                               const at::Tensor& text_embs) {
  AttentionMask mask;
  mask.causal = true;
  const CheckpointedBlock run =
      [block = resblocks_[layer], cross = cross_attn_[layer],
       mask](const std::vector<at::Tensor>& inputs) mutable {
        return cross->ForwardCross(block->forward(inputs[0], mask), inputs[1]);
      };
  if (grad_checkpointing_) return Checkpoint(run, {text_embs, image_embs});
  return run({text_embs, image_embs});
}

}  // namespace clip::model
