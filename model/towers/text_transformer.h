#ifndef MODEL_TOWERS_TEXT_TRANSFORMER_H_
#define MODEL_TOWERS_TEXT_TRANSFORMER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <set>
#include <string>
#include <vector>

#include "model/config/text_config.h"
#include "model/layers/embedding.h"
#include "model/layers/layer_norm.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/layers/transformer.h"
#include "model/towers/text_tower.h"

namespace clip::model {

// open_clip's native TextTransformer. Keys: positional_embedding [context
// length, width], token_embedding.weight, transformer.resblocks.N.*,
// ln_final.*, text_projection [width, embed_dim] or text_projection.* and,
// with embed_cls, cls_emb [width] and one more position.
class TextTransformer : public TextTower {
 public:
  TextTransformer(const TextConfig& config, int embed_dim,
                  const ParameterOptions& options);

  std::string_view architecture() const override { return "TextTransformer"; }
  int64_t context_length() const override { return config_.context_length; }
  int64_t vocab_size() const override { return config_.vocab_size; }
  at::Tensor forward(const at::Tensor& ids) override;
  // The tokens went through ln_final; with embed_cls they did not, and are
  // without the class token.
  TowerOutput ForwardWithTokens(const at::Tensor& ids) override;
  TowerIntermediates ForwardIntermediates(
      const at::Tensor& ids, const TowerIntermediatesOptions& options) override;
  std::vector<LayerGroup> LayerGroups() const override;
  void SetGradCheckpointing(bool enable) override;
  std::set<std::string> NoWeightDecay() const override;

  // open_clip's attributes of CLIP.
  Transformer transformer() const { return transformer_; }
  Embedding token_embedding() const { return token_embedding_; }
  const at::Tensor& positional_embedding() const {
    return positional_embedding_;
  }
  LayerNorm ln_final() const { return ln_final_; }
  // The matrix [width, embed_dim], a linear layer's weight [embed_dim, width],
  // or undefined.
  at::Tensor text_projection() const;

 private:
  void RegisterProjection(int embed_dim, const ParameterOptions& options);
  // [N, L] -> [N, L or L + 1, width]
  at::Tensor Embed(const at::Tensor& ids) const;
  AttentionMask Mask(const at::Tensor& ids) const;
  // The mask of a row whose class token is its last position.
  at::Tensor ClassTokenMask(const at::Tensor& ids) const;
  // Whether the tokens behind the pooled ones can be left out.
  bool CanPack(const at::Tensor& ids) const;
  // forward() of texts without their padding: all tokens in one row.
  at::Tensor ForwardPacked(const at::Tensor& ids);
  // Of each text of `length` positions, the class token's included: [N]
  at::Tensor PooledPositions(const at::Tensor& ids, int64_t length) const;
  // The same, counted through all rows.
  at::Tensor PooledTokens(const at::Tensor& ids, int64_t length) const;
  // [N, L, width] -> [N, width]
  at::Tensor Pool(const at::Tensor& x, const at::Tensor& ids) const;
  // [N, width] -> [N, embed_dim]
  at::Tensor Project(const at::Tensor& x) const;

  TextConfig config_;
  c10::ScalarType matrix_dtype_;
  at::Tensor positional_embedding_;
  // Undefined without embed_cls.
  at::Tensor cls_emb_;
  Embedding token_embedding_ = nullptr;
  Transformer transformer_ = nullptr;
  LayerNorm ln_final_ = nullptr;
  // One of the two, or none.
  at::Tensor projection_matrix_;
  Linear projection_linear_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TEXT_TRANSFORMER_H_
