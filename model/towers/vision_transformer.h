#ifndef MODEL_TOWERS_VISION_TRANSFORMER_H_
#define MODEL_TOWERS_VISION_TRANSFORMER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include "model/config/vision_config.h"
#include "model/layers/attentional_pooler.h"
#include "model/layers/conv2d.h"
#include "model/layers/inference_layer.h"
#include "model/layers/layer_norm.h"
#include "model/layers/parameter_options.h"
#include "model/layers/transformer.h"
#include "model/towers/vision_tower.h"

namespace clip::model {

// open_clip's native VisionTransformer. Keys: class_embedding,
// positional_embedding [patches + 1, width], proj [width, embed_dim],
// conv1.weight, ln_pre.* (unless no_ln_pre), transformer.resblocks.N.*,
// ln_post.* and, with attentional pooling, attn_pool.*.
class VisionTransformer : public VisionTower, public InferenceLayer {
 public:
  VisionTransformer(const VisionConfig& config, int embed_dim,
                    const ParameterOptions& options);

  std::string_view architecture() const override { return "VisionTransformer"; }
  at::Tensor forward(const at::Tensor& pixels) override;
  // The tokens are those of the patches, or with attentional pooling those of
  // all queries but the first.
  TowerOutput ForwardWithTokens(const at::Tensor& pixels) override;
  TowerIntermediates ForwardIntermediates(
      const at::Tensor& pixels,
      const TowerIntermediatesOptions& options) override;
  std::vector<LayerGroup> LayerGroups() const override;
  void SetGradCheckpointing(bool enable) override;
  std::set<std::string> NoWeightDecay() const override;
  void PrepareForInference(const InferenceOptions& options) override;

 private:
  // [N, 3, H, W] -> [N, patches, width]: conv1 as one matrix product, which
  // its stride of a whole patch allows. Pixels that fill no patch are unused.
  at::Tensor EmbedPatches(const at::Tensor& pixels) const;
  // [N, 3, H, W] -> [N, patches + 1, width]: what the first block takes.
  at::Tensor Embed(const at::Tensor& pixels);
  // The tokens that are pooled: attended to by queries, normed, or neither.
  at::Tensor FinalTokens(const at::Tensor& x);
  // Splits the class token off, and gives the rest the shape asked for.
  void SplitIntermediates(const TowerIntermediatesOptions& options,
                          TowerIntermediates& output) const;
  // [N, patches + 1, width] -> [N, width]
  at::Tensor Pool(const at::Tensor& tokens);

  VisionConfig config_;
  at::Tensor class_embedding_;
  at::Tensor positional_embedding_;
  at::Tensor proj_;
  Conv2d conv1_ = nullptr;
  // Empty with no_ln_pre.
  LayerNorm ln_pre_ = nullptr;
  Transformer transformer_ = nullptr;
  // Empty without attentional pooling.
  AttentionalPooler attn_pool_ = nullptr;
  LayerNorm ln_post_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_VISION_TRANSFORMER_H_
