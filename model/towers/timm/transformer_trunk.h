#ifndef MODEL_TOWERS_TIMM_TRANSFORMER_TRUNK_H_
#define MODEL_TOWERS_TIMM_TRANSFORMER_TRUNK_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/config/activation.h"
#include "model/layers/layer_norm.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/attention_pool_latent.h"
#include "model/towers/timm/block.h"
#include "model/towers/timm/embed_layer.h"
#include "model/towers/timm/global_pool.h"
#include "model/towers/timm/timm_trunk.h"

namespace clip::model::timm {

// What is around the blocks of a transformer. A plain value.
struct TransformerTrunkOptions {
  int64_t width = 768;
  double norm_eps = 1e-6;
  bool class_token = true;
  // Further tokens in front of the patches, which the embedding brings along.
  int64_t reg_tokens = 0;
  // A learned position for each token ...
  bool pos_embed = true;
  // ... but none for the class token.
  bool no_embed_class = false;
  // A norm before the first block. The patches then have no bias.
  bool pre_norm = false;
  // The model's own pooling and the place of its norm; see PlanPool.
  GlobalPool pool = GlobalPool::kToken;
  std::optional<bool> fc_norm;
  // For GlobalPool::kMap.
  int64_t map_heads = 12;
  int64_t map_mlp_width = 3072;
  Activation map_activation = Activation::kGelu;
  // It looks at the class token, too.
  bool map_includes_prefix = false;
};

// What VisionTransformer, Eva, VisionTransformerRelPos and NaFlexVit of timm
// have in common. Keys: cls_token [1, 1, width], pos_embed [1, tokens, width],
// patch_embed.* (NaFlexVit: embeds.*), norm_pre.*, blocks.N.*, norm.* or
// fc_norm.*, attn_pool.*, head.*.
class TransformerTrunk : public TimmTrunk {
 public:
  int64_t output_width() const override;
  at::Tensor forward(const at::Tensor& pixels) override;
  TowerIntermediates ForwardIntermediates(
      const at::Tensor& pixels,
      const TowerIntermediatesOptions& options) override;
  std::vector<LayerGroup> LayerGroups() const override;
  void SetGradCheckpointing(bool enable) override;
  std::set<std::string> NoWeightDecay() const override;

 protected:
  TransformerTrunk(const TransformerTrunkOptions& around,
                   const TimmTrunkOptions& trunk);

  // The parts, in this order; `rope` is for each block, or undefined.
  void RegisterEmbedding(const std::string& name,
                         std::shared_ptr<EmbedLayer> patch_embed,
                         const ParameterOptions& options);
  void RegisterBlocks(std::vector<Block> blocks, at::Tensor rope);
  void RegisterHead(const ParameterOptions& options);

  int64_t prefix_tokens() const {
    return around_.reg_tokens + (around_.class_token ? 1 : 0);
  }

 private:
  // [N, 3, H, W] -> what the first block sees.
  at::Tensor Embed(const at::Tensor& pixels);
  at::Tensor RunBlock(size_t index, const at::Tensor& x) const;
  // What the last block gives -> [N, output_width]: timm's norm and
  // forward_head.
  at::Tensor Head(at::Tensor x);
  at::Tensor Pool(const at::Tensor& x);
  void SplitIntermediates(const TowerIntermediatesOptions& options,
                          TowerIntermediates& output) const;

  TransformerTrunkOptions around_;
  int64_t num_classes_;
  PoolPlan plan_;
  bool grad_checkpointing_ = false;
  at::Tensor cls_token_;
  at::Tensor pos_embed_;
  std::shared_ptr<EmbedLayer> patch_embed_;
  LayerNorm norm_pre_ = nullptr;
  std::vector<Block> blocks_;
  at::Tensor rope_;
  LayerNorm norm_ = nullptr;
  AttentionPoolLatent attn_pool_ = nullptr;
  LayerNorm fc_norm_ = nullptr;
  Linear head_ = nullptr;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_TRANSFORMER_TRUNK_H_
