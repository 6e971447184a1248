#ifndef MODEL_LAYERS_MULTIMODAL_TRANSFORMER_H_
#define MODEL_LAYERS_MULTIMODAL_TRANSFORMER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <vector>

#include "model/config/multimodal_config.h"
#include "model/layers/layer_norm.h"
#include "model/layers/parameter_options.h"
#include "model/layers/residual_attention_block.h"

namespace clip::model {

// CoCa's text decoder: after each causal block one in which the text attends
// to the image. Keys: resblocks.N.*, cross_attn.N.*, ln_final.*,
// text_projection [width, vocab_size].
class MultimodalTransformerImpl : public torch::nn::Module {
 public:
  MultimodalTransformerImpl(const MultimodalConfig& config, int64_t vocab_size,
                            const ParameterOptions& options);

  // [N, tokens, width], [N, L, width] -> [N, L, vocab_size]: the logits of the
  // token that follows each position.
  at::Tensor forward(const at::Tensor& image_embs, at::Tensor text_embs);

  // Recompute each block in the backward pass.
  void set_grad_checkpointing(bool enable) { grad_checkpointing_ = enable; }

 private:
  // One pair of blocks.
  at::Tensor RunLayer(size_t layer, const at::Tensor& image_embs,
                      const at::Tensor& text_embs);

  std::vector<ResidualAttentionBlock> resblocks_;
  std::vector<ResidualAttentionBlock> cross_attn_;
  LayerNorm ln_final_ = nullptr;
  at::Tensor text_projection_;
  bool grad_checkpointing_ = false;
};
TORCH_MODULE(MultimodalTransformer);

}  // namespace clip::model

#endif  // MODEL_LAYERS_MULTIMODAL_TRANSFORMER_H_
