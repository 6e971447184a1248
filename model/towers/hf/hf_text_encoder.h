#ifndef MODEL_TOWERS_HF_HF_TEXT_ENCODER_H_
#define MODEL_TOWERS_HF_HF_TEXT_ENCODER_H_

#include <ATen/core/TensorBody.h>

#include <memory>
#include <string>
#include <vector>

#include "model/config/hf_model_config.h"
#include "model/config/text_config.h"
#include "model/layers/linear.h"
#include "model/layers/parameter_options.h"
#include "model/towers/hf/hf_transformer.h"
#include "model/towers/text_tower.h"

namespace clip::model {

// open_clip's HFTextEncoder: a text encoder of transformers, a pooling and a
// projection. Keys: transformer.* and proj.weight, or proj.0.weight and
// proj.2.weight, or none.
//
// Ids equal to the model's pad_token_id are padding wherever they stand: no
// token sees them, and the poolings over all tokens leave them out. A row of
// nothing else pools to zeros; in open_clip it is NaN.
class HFTextEncoder : public TextTower {
 public:
  // The sizes are those of config.hf.model_name. Throws for a name that
  // FindHfModel does not know.
  HFTextEncoder(const TextConfig& config, int embed_dim,
                const ParameterOptions& options);
  // The same for given sizes.
  HFTextEncoder(const HfModelConfig& model, const TextConfig& config,
                int embed_dim, const ParameterOptions& options);

  // For example "HFTextEncoder(RobertaModel)".
  std::string_view architecture() const override { return architecture_; }
  int64_t context_length() const override { return context_length_; }
  int64_t vocab_size() const override { return model_.vocab_size; }

  at::Tensor forward(const at::Tensor& ids) override;
  // All last hidden states, padding included; with the pooler kCls without the
  // first.
  TowerOutput ForwardWithTokens(const at::Tensor& ids) override;
  // The hidden states behind each layer; open_clip has none here. Normalized,
  // they went through the transformer's final norm, if it has one.
  TowerIntermediates ForwardIntermediates(
      const at::Tensor& ids, const TowerIntermediatesOptions& options) override;
  // The transformer's final norm is in the last layer's group, its pooling
  // layer in that of the projection.
  std::vector<LayerGroup> LayerGroups() const override;
  void SetGradCheckpointing(bool enable) override;
  // Tables of positions and types, as open_clip spares them.
  std::set<std::string> NoWeightDecay() const override;

  const HfTransformer& transformer() const { return *transformer_; }

 private:
  void RegisterProjection(int embed_dim, const ParameterOptions& options);
  at::Tensor IsToken(const at::Tensor& ids) const;
  at::Tensor RunLayer(int64_t layer, const at::Tensor& x,
                      const std::vector<at::Tensor>& shared) const;
  // [N, L] -> [N, L, width]
  at::Tensor LastHiddenState(const at::Tensor& ids,
                             const at::Tensor& is_token) const;
  // [N, L, width] -> [N, width]
  at::Tensor Pool(const at::Tensor& last_hidden_state,
                  const at::Tensor& is_token) const;
  // [N, width] -> [N, embed_dim]
  at::Tensor Project(const at::Tensor& pooled);

  HfModelConfig model_;
  HfTextConfig config_;
  int64_t context_length_;
  std::string architecture_;
  bool grad_checkpointing_ = false;
  std::shared_ptr<HfTransformer> transformer_;
  // One linear layer, two, or none.
  std::vector<Linear> proj_;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_HF_TEXT_ENCODER_H_
